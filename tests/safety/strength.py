"""How strong the evidence for a requirement is: a rule over what really ran, never a judgement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from tests.safety.told import Part, Requirement

LABELS = ("gap", "declared", "tested", "bounded", "proven")
"""From nothing to a proof."""

MEANING = {
    "proven": "CBMC found no way to break it, in the very text of the core that is there now, with "
    "the number of assertions pinned, and rejects a wrong core",
    "bounded": "a model of it was explored whole within stated bounds, and a wrong one is rejected",
    "tested": "named tests passed, and a seeded mistake is found",
    "declared": "there is code or text and perhaps a test, but no mistake that anything finds; or "
    "it is a promise that metal has to keep",
    "gap": "nothing stands",
}


class Runs(NamedTuple):
    """What was captured of real runs."""

    tests: dict[str, int]
    """Of each test, how many cases passed; 0 if any failed."""
    mistakes: dict[str, str]
    """Of each mistake that was found, by what."""
    models: dict[str, int]
    """Of each bound that holds, how many states there are."""
    proofs: dict[str, dict[str, Any]]
    """Of each proof that holds: `properties`, `assertions`, `of` (the text it is about), `by`."""
    recalls: tuple[str, ...]
    """The scenarios that passed."""


def strength(part: Part, runs: Runs, texts: dict[str, str]) -> str:
    """Return the label of one part; `texts` names what each proof would be about now."""
    if part.proofs and all(
        runs.proofs.get(one, {}).get("of") == texts[one] and _rejects(part, runs, one)
        for one in part.proofs
    ):
        return "proven"
    explored = bool(part.models) and all(runs.models.get(one, 0) for one in part.models)
    if explored and _finds_wrong_models(part, runs):
        return "bounded"
    if part.tests and found_without_proofs(part) and not unproven(part, runs):
        return "tested"
    return "declared" if part.places or part.tests else "gap"


def whole(requirement: Requirement, runs: Runs, texts: dict[str, str]) -> str:
    """Return the label of a requirement: that of its weakest part."""
    return min((strength(one, runs, texts) for one in requirement.parts), key=LABELS.index)


def found_without_proofs(part: Part) -> tuple[str, ...]:
    """Return the mistakes that are found by running something: a stale proof takes none away."""
    return tuple(one for one in part.mistakes if not one.startswith("proof: "))


def unproven(part: Part, runs: Runs) -> list[str]:
    """Return what is named and neither passed nor was found; proofs are told of by `stale`."""
    return [one for one in part.tests if not runs.tests.get(one)] + [
        one for one in found_without_proofs(part) if one not in runs.mistakes
    ]


def stale(told: Iterable[Requirement], runs: Runs, texts: dict[str, str]) -> list[str]:
    """Return the proofs that are named and whose captured run is about another text, or none."""
    named = {one for each in told for part in each.parts for one in part.proofs}
    return sorted(one for one in named if runs.proofs.get(one, {}).get("of") != texts[one])


def _rejects(part: Part, runs: Runs, proof: str) -> bool:
    own = [one for one in part.mistakes if one.startswith(f"proof: {proof},")]
    return bool(own) and set(own) <= set(runs.proofs[proof]["rejected"])


def _finds_wrong_models(part: Part, runs: Runs) -> bool:
    own = [one for one in part.mistakes if one.startswith("model: ")]
    return bool(own) and all(one in runs.mistakes for one in own)
