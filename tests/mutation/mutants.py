"""Mutants: small mistakes put into the planner's source, one at a time.

A mutant is one changed node of one module's syntax tree. What only a reader sees (messages, names
of types, docstrings) is left alone, and so is what decides nothing but how much is done at once.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
NAMES = {
    "min": "max",
    "max": "min",
    "minimum": "maximum",
    "maximum": "minimum",
    "any": "all",
    "all": "any",
    "argmin": "argmax",
    "argmax": "argmin",
    "floor": "ceil",
    "ceil": "floor",
    "left": "right",
    "right": "left",
}
BUDGETS = ("_AT_ONCE", "CELLS_MAX", "PAIRS_MAX", "TOUCHES_MAX", "AUTO_FROM", "_WORK_MAX")
"""Ends of names of constants that say how much is done at once: every value gives the same plan."""
EFFORTS = (
    "BETTERING",
    "BIG",
    "CELL_POINTS",
    "FULL_FROM",
    "LARGE",
    "LOG",
    "LOOKS_MAX",
    "LOOKS_QUICK",
    "MOVES_MAX",
    "NODES_MAX",
    "PRICED_MAX",
    "PRICE_ROUNDS",
    "PRICE_ROUNDS_QUICK",
    "SEARCHED_MAX",
    "SERPENTINE_MAX",
    "SHOTS_MAX",
    "TOUCHED_MAX",
    "TRADES_MAX",
    "TRIED_MAX",
    "TRIES_MAX",
    "TURNED_MAX",
    "TURNED_MAX_KICK",
    "TURNED_MAX_LARGE",
    "WEIGHED_MAX",
    "WEIGHED_PARTS",
    "WINDOW",
    "WORK",
    "WORK_MAX",
    "WORK_PER_PRICK",
)
"""Names of constants that say how long is searched, by a count of steps: with another value a way
or a division is found that is as good, a little better or a little worse, and is checked all the
same. No limit depends on them. The golden files hold what comes of the values they have."""

LAYOUT = (
    "BANDS_MAX",
    "BETWEEN_FEW",
    "CELLS_ACROSS_MAX",
    "CELLS_OF_A_FACE",
    "CUBES_MAX",
    "MANY",
    "MARKS_MAX",
    "POINTS_MAX",
    "POINTS_PER_CELL",
    "SPACING_UM_32_BITS",
)
"""Names of constants that say how exact work is laid out, in cells, bands or marks: whatever they
are, each point is decided by a test of its own, and the answer is the same."""


def _is_budget(name: str) -> bool:
    return name.endswith(BUDGETS) or name in EFFORTS or name in LAYOUT


@dataclass(frozen=True)
class Mutant:
    """One mistake: where it is, what it is, and the module's source with it."""

    path: Path
    line: int
    what: str
    number: int
    """Which of the module's mutants it is."""

    @property
    def name(self) -> str:
        """A word for lists: file, line and number."""
        return f"{self.path.name}:{self.line}#{self.number}"


class _Changer(ast.NodeTransformer):
    """Walk a module; change the node whose turn it is, and note what was changed."""

    def __init__(self, wanted: int | None) -> None:
        self.wanted = wanted
        self.count = 0
        self.found: list[tuple[int, str]] = []

    def _turn(self, node: ast.AST, what: str) -> bool:
        number, self.count = self.count, self.count + 1
        self.found.append((getattr(node, "lineno", 0), what))
        return number == self.wanted

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        for k, op in enumerate(node.ops):
            other = COMPARE[type(op)]
            if self._turn(node, f"{type(op).__name__} -> {other.__name__}"):
                node.ops[k] = other()
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        text = isinstance(node.left, ast.JoinedStr | ast.Constant) and not isinstance(
            getattr(node.left, "value", 0), int
        )
        other = None if text else ARITHMETIC.get(type(node.op))
        if other and self._turn(node, f"{type(node.op).__name__} -> {other.__name__}"):
            node.op = other()
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        other = ARITHMETIC.get(type(node.op))
        if other and self._turn(node, f"{type(node.op).__name__}= -> {other.__name__}="):
            node.op = other()
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        if self._turn(node, "and <-> or"):
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        constant = isinstance(node.operand, ast.Constant)
        if not constant and self._turn(node, f"{type(node.op).__name__} left out"):
            return node.operand
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        # zip(strict=True) guards against a slip of the programmer's: with columns of one length,
        # which all of them are, it changes nothing
        return node if node.arg == "strict" else self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, bool):
            if self._turn(node, f"{node.value} -> {not node.value}"):
                return ast.copy_location(ast.Constant(not node.value), node)
        elif isinstance(node.value, int) and self._turn(node, f"{node.value} -> {node.value + 1}"):
            return ast.copy_location(ast.Constant(node.value + 1), node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        other = NAMES.get(node.id) if isinstance(node.ctx, ast.Load) else None
        if other in ("min", "max", "any", "all") and self._turn(node, f"{node.id} -> {other}"):
            node.id = other
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        other = NAMES.get(node.attr)
        if (
            other
            and node.attr not in ("left", "right")
            and self._turn(node, f".{node.attr} -> .{other}")
        ):
            node.attr = other
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return node  # false wherever anything runs
        self.generic_visit(node)
        if self._turn(node, "if -> if not"):
            node.test = ast.UnaryOp(ast.Not(), node.test)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        if self._turn(node, "the other of two values"):
            node.body, node.orelse = node.orelse, node.body
        return node

    def visit_Continue(self, node: ast.Continue) -> ast.AST:
        if self._turn(node, "continue -> break"):
            return ast.copy_location(ast.Break(), node)
        return node

    def visit_Break(self, node: ast.Break) -> ast.AST:
        if self._turn(node, "break -> continue"):
            return ast.copy_location(ast.Continue(), node)
        return node

    # what only a reader or a type checker sees
    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        first = node.targets[0]
        named = first.elts if isinstance(first, ast.Tuple) else [first]
        if all(isinstance(one, ast.Name) and _is_budget(one.id) for one in named):
            return node
        node.value = self.visit(node.value)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.args.defaults = [self.visit(one) for one in node.args.defaults]
        node.body = [self.visit(one) for one in node.body]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = [self.visit(one) for one in node.body]
        return node


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Yield every mutant of a module, in the order of its source."""
    changer = _Changer(None)
    changer.visit(ast.parse(path.read_text()))
    for number, (line, what) in enumerate(changer.found):
        yield Mutant(path, line, what, number)


def mutated(mutant: Mutant) -> ast.Module:
    """Return the module's tree with the mistake in it."""
    tree = copy.deepcopy(ast.parse(mutant.path.read_text()))
    made = _Changer(mutant.number).visit(tree)
    return ast.fix_missing_locations(made)
