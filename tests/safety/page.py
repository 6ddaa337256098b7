"""The page of safety requirements, made from what is said of each and from captured runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.safety.strength import LABELS, MEANING, Runs, stale, strength, whole
from tests.safety.told import ROOT, Part, Recall, Requirement

PAGE = ROOT / "docs" / "safety-requirements.md"

HEAD = """# Safety requirements

<!-- Made by `python -m tests.safety` from tests/safety and tests/recall. Changes here are lost. -->

Engineering software, not a certified medical device. [Safety](safety.md) goes from hazard to rule;
this page goes the other way: 38 requirements that we took from generic infusion pumps (GIP 1.0,
with its hazards HID), from the Open PCA Pump 1.0.0 (PCA) and from accidents, and what stands for
each of their parts. No label is given by hand: a rule in `tests/safety/strength.py` reads it off
runs that were captured with `make safety`. A requirement is as strong as its weakest part.

All of this is about the host, the simulated pistol and the reference core in C. No metal has run
any of it.
"""


def page(
    told: tuple[Requirement, ...], recalls: tuple[Recall, ...], runs: Runs, texts: dict[str, str]
) -> str:
    """Return the whole page; `texts` names what each proof would be about now."""
    rows = [HEAD, *_labels(told, runs, texts), *_proofs(told, runs, texts)]
    for one in told:
        rows += _requirement(one, runs, texts)
    return "\n".join([*rows, *_recalls(recalls, runs), ""])


def _labels(told: tuple[Requirement, ...], runs: Runs, texts: dict[str, str]) -> list[str]:
    ends = Counter(whole(one, runs, texts) for one in told)
    parts = Counter(strength(part, runs, texts) for one in told for part in one.parts)
    rows = ["| strength | means | requirements | parts |", "|---|---|---|---|"]
    for label in reversed(LABELS):
        rows.append(f"| {label} | {MEANING[label]} | {ends[label]} | {parts[label]} |")
    rows.append(f"| | | {len(told)} | {parts.total()} |")
    rows += ["", "| | requirement | strength | of its parts |", "|---|---|---|---|"]
    for one in told:
        inside = Counter(strength(part, runs, texts) for part in one.parts)
        counts = ", ".join(f"{inside[name]} {name}" for name in reversed(LABELS) if inside[name])
        link = f"[{one.number}](#{one.number.lower()}-{_fragment(one.title)})"
        rows.append(f"| {link} | {one.title} | **{whole(one, runs, texts)}** | {counts} |")
    return rows


def _proofs(told: tuple[Requirement, ...], runs: Runs, texts: dict[str, str]) -> list[str]:
    rows = ["", "## What was proven", "", "| proof | properties | rejected wrong cores | by |"]
    rows.append("|---|---|---|---|")
    old = stale(told, runs, texts)
    for name, one in sorted(runs.proofs.items()):
        count = f"{one['properties']}, {one['assertions']} of them our own"
        said = "of an earlier text: counts for nothing" if name in old else f"CBMC {one['by']}"
        rows.append(f"| `prove/{name}.c` | {count} | {len(one['rejected'])} | {said} |")
    return rows


def _requirement(told: Requirement, runs: Runs, texts: dict[str, str]) -> list[str]:
    label = whole(told, runs, texts)
    rows = [
        "",
        f"## {told.number} {told.title}",
        "",
        f"{told.sources}. As a whole: **{label}**.",
        "",
    ]
    rows += [
        "| what | strength | where | shown by | finds | not covered |",
        "|---|---|---|---|---|---|",
    ]
    for part in told.parts:
        cells = [part.says, strength(part, runs, texts), _code(part.places), _shown(part, runs)]
        rows.append(_row([*cells, _found(part, runs), part.missing]))
    return rows


def _shown(part: Part, runs: Runs) -> str:
    told = [f"`{one}` ({runs.tests.get(one, 0)})" for one in part.tests]
    told += [f"model: {one} ({runs.models.get(one, 0):,} states)" for one in part.models]
    told += [f"proof: {one}" for one in part.proofs]
    return "<br>".join(told)


def _found(part: Part, runs: Runs) -> str:
    proven = {each for one in runs.proofs.values() for each in one["rejected"]}
    told = []
    for one in part.mistakes:
        kind, _, name = one.partition(": ")
        by = "rejected" if one in proven else runs.mistakes.get(one, "NOT FOUND")
        told.append(f"{kind}: {name.replace('|', chr(92) + '|')} ({by})")
    return "<br>".join(told)


def _recalls(recalls: tuple[Recall, ...], runs: Runs) -> list[str]:
    rows = ["", "## Recalls", ""]
    rows += [
        "What happened to other devices, played against this one: `make recalls`, or one of them",
        "with `python -m pytest tests/recall -k recall/alaris-2006`. Facts marked [S] are known to",
        "us from an excerpt only, [R] from the text itself.",
        "",
        "| scenario | what happened | played here | requirements | not covered |",
        "|---|---|---|---|---|",
    ]
    for one in recalls:
        passed = "passed" if f"recall/{one.name}" in runs.recalls else "NOT PASSED"
        event = f"{one.event}: {one.facts} [{one.source}]"
        numbers = ", ".join(one.requirements)
        cells = [f"`recall/{one.name}` ({passed})", event, one.played, numbers, one.missing]
        rows.append(_row(cells))
    return rows


def _code(names: Iterable[str]) -> str:
    return "<br>".join(f"`{one}`" for one in names)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(one or '-' for one in cells)} |"


def _fragment(title: str) -> str:
    kept = "".join(one for one in title.lower() if one.isalnum() or one in " -_")
    return kept.replace(" ", "-")
