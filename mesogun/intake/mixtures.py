"""What is in a syringe, by the catalogue: which components, of which classes, under which rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations_with_replacement
from typing import NamedTuple

from mesogun.intake.figures import Figure, Statement
from mesogun.intake.knowledge_form import (
    ComponentClass,
    Contraindication,
    Incompatible,
    KnownComponent,
)
from mesogun.intake.prescription_form import ProductForm
from mesogun.intake.refusal import Problems
from mesogun.intake.screening import KINDS, Screening
from mesogun.planning.prescription import Finding

RULE = "component."
"""Opens the name of what a rule of a component has found."""

Keyed = Sequence[tuple[str, ProductForm]]


class Part(NamedTuple):
    """One name of a product's list, and what the catalogue knows of it."""

    key: str
    """Where the name stands in the file."""
    name: str
    kinds: Mapping[str, KnownComponent | ComponentClass]
    """Components and classes, by id, whose rules hold for it; empty: it is not known."""


class Knowledge:
    """Names of components looked up in the catalogue."""

    def __init__(
        self, components: Mapping[str, KnownComponent], classes: Mapping[str, ComponentClass]
    ) -> None:
        self._components = components
        self._classes = classes
        self._found: dict[str, list[tuple[str, frozenset[str]]]] = {}

    def bounded(self) -> dict[str, KnownComponent]:
        """Return the components of which a session may hold only so much."""
        return {name: one for name, one in self._components.items() if one.plain is not None}

    def components_in(self, name: str) -> list[str]:
        """Return the ids of the components that `name` names: one as a rule, or several."""
        return [each for each, _ in self._named(name)]

    def kinds_of(self, name: str) -> dict[str, KnownComponent | ComponentClass]:
        """Return all components and classes whose rules hold for what `name` names.

        What is left of the name beside the components that it names is looked for in the classes:
        "lidocaine in alcohol" has a base of alcohol, "benzyl alcohol" has none.
        """
        kinds: dict[str, KnownComponent | ComponentClass] = {}
        left = set(_words(name))
        for each, words in self._named(name):
            kinds[each] = self._components[each]
            left -= words
            for one in self._components[each].classes:
                kinds[one] = self._classes[one]
        for each, kind in self._classes.items():
            if any(words <= left for words in map(_words, kind.also)):
                kinds[each] = kind
        return kinds

    def _named(self, name: str) -> list[tuple[str, frozenset[str]]]:
        if name in self._found:
            return self._found[name]
        words = _words(name)
        found = self._found[name] = []
        for each, component in self._components.items():
            met = [one for one in map(_words, component.also) if one <= words]
            if met:
                found.append((each, frozenset[str]().union(*met)))
        return found


def _words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", name.casefold()))


def parts_of(key: str, product: ProductForm, knowledge: Knowledge) -> tuple[Part, ...]:
    """Return what is in `product`; its own name stands for a list that is not given."""
    named = [
        (f"{key}.components[{index}]", one.name) for index, one in enumerate(product.components)
    ]
    if not named and product.autologous is None:
        named = [(f"{key}.name", product.name)]
    return tuple(Part(at, name, knowledge.kinds_of(name)) for at, name in named)


def check_mixtures(
    products: Keyed,
    knowledge: Knowledge,
    warn_from: Figure,
    problems: Problems,
    warnings: list[str],
) -> tuple[Finding, ...]:
    """Add what must not be in one syringe to `problems`; return what a user must read."""
    findings: dict[str, Finding] = {}
    for key, product in products:
        parts = parts_of(key, product, knowledge)
        for part in parts:
            _check_alone(part, len(parts), problems)
            for each, kind in part.kinds.items():
                if kind.caution is not None:
                    text = f"{kind.name}: {kind.caution.says}"
                    rule = f"{RULE}{each}.caution"
                    findings[rule] = Finding(rule, text, _told(kind.caution))
        for one, other in combinations_with_replacement(parts, 2):
            _check_pair(one, other, problems)
        if len(parts) >= warn_from.value:
            warnings.append(
                f"{product.name}: {len(parts)} components in one mixture [{warn_from.told()}]"
            )
        unknown = [part.name for part in parts if not part.kinds and product.components]
        if unknown:
            warnings.append(
                f"{product.name}: the catalogue has no rule for {', '.join(unknown)}: nothing of "
                f"it is checked"
            )
    return tuple(findings.values())


def _check_alone(part: Part, count: int, problems: Problems) -> None:
    for kind in part.kinds.values():
        if kind.refused is not None:
            problems.add(
                part.key,
                f"found {part.name!r}: {kind.refused.says} [{_told(kind.refused)}]: take a product "
                f"without it",
            )
        if kind.no_mix is not None and count > 1:
            problems.add(
                part.key,
                f"found {part.name!r} beside {_others(count)}: {kind.no_mix.says} "
                f"[{_told(kind.no_mix)}]: give it as a product of its own",
            )


def _others(count: int) -> str:
    return "another component" if count == 2 else f"{count - 1} other components"


def _check_pair(one: Part, other: Part, problems: Problems) -> None:
    """Add that two of a mixture harm each other; one name may tell of both."""
    for rule in (*_against(one, other), *_against(other, one)):
        beside = "" if one is other else f" in one mixture with {one.name!r}"
        problems.add(
            other.key,
            f"found {other.name!r}{beside}: {rule.why} [{_told(rule)}]: take a product without "
            f"one of them",
        )
        return


def _against(one: Part, other: Part) -> Iterator[Incompatible]:
    for kind in one.kinds.values():
        yield from (rule for rule in kind.incompatible_with if rule.other in other.kinds)


def check_contraindications(
    products: Keyed,
    knowledge: Knowledge,
    screening: Screening,
    problems: Problems,
) -> tuple[Finding, ...]:
    """Add to `problems` the components that the answers forbid; return those that were taken on.

    An absolute rule of a component cannot be overridden: another product can be taken.
    """
    answers = dict(screening.answers)
    taken = {condition: (reason, by) for condition, reason, by in screening.overrides}
    findings = []
    for key, product in products:
        for part in parts_of(key, product, knowledge):
            for each, kind in part.kinds.items():
                for rule in kind.contraindications:
                    if not answers.get(rule.question):
                        continue
                    if rule.kind == "absolute" or rule.question not in taken:
                        _forbid(part, kind, rule, problems)
                        continue
                    reason, by = taken[rule.question]
                    text = f"{part.name}: a relative contraindication, {_question(rule)}"
                    name = f"{RULE}{each}.{rule.question}"
                    findings.append(Finding(name, text, _told(rule), by, reason))
    return tuple(findings)


def _forbid(
    part: Part,
    kind: KnownComponent | ComponentClass,
    rule: Contraindication,
    problems: Problems,
) -> None:
    mend = ", or override the question" if rule.kind == "relative" else ""
    called = kind.name.lower()
    also = "" if called == part.name.casefold() else f" ({called})"
    problems.add(
        part.key,
        f"found {part.name!r}{also} and yes to {_question(rule)}: {KINDS[rule.kind]} "
        f"contraindication for it [{_told(rule)}]: take a product without it{mend}",
    )


def _question(rule: Contraindication) -> str:
    return rule.question.replace("_", " ")


def _told(one: Statement | Incompatible | Contraindication) -> str:
    return f"{one.strength}: {one.source}"
