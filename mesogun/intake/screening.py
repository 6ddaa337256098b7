"""Every question before a session is answered, and what a yes means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from mesogun.intake.form import Table, read
from mesogun.intake.knowledge_form import Question
from mesogun.intake.quantity import shown
from mesogun.intake.refusal import Problems, unknown
from mesogun.intake.values import Text
from mesogun.planning.prescription import Finding

OVERRIDE = "override"
KINDS = {"absolute": "an absolute", "relative": "a relative"}
RULE = "screening."
"""Opens the name of what an answer has found."""


class OverrideForm(Table):
    """[[screening.override]]: a relative contraindication, accepted by name and with a reason."""

    condition: Text
    reason: Text
    by: Text


class _OverridesForm(Table):
    override: tuple[OverrideForm, ...] = ()


class _ScreeningForm(Table):
    screening: _OverridesForm


class Screening(NamedTuple):
    """The answers in the catalogue's order, the overrides as (condition, reason, by)."""

    answers: tuple[tuple[str, bool], ...]
    overrides: tuple[tuple[str, str, str], ...]
    findings: tuple[Finding, ...]
    """What was answered with yes and taken on by somebody."""


def read_screening(
    found: dict[str, Any], questions: Mapping[str, Question], problems: Problems
) -> Screening:
    """Return the answers; whatever forbids the session is added to `problems`."""
    answers = []
    for condition, question in questions.items():
        answer = found.get(condition)
        if condition not in found:
            problems.add(
                f"screening.{condition}",
                f"is not answered ({question.ask}): ask, and answer true or false",
            )
        elif not isinstance(answer, bool):
            problems.add(f"screening.{condition}", f"found {shown(answer)}: answer true or false")
        else:
            answers.append((condition, answer))
    for key in found:
        if key not in questions and key != OVERRIDE:
            problems.add(f"screening.{key}", unknown(key, questions, "question"))
    overrides = _overrides(found, problems)
    _judge(dict(answers), overrides, questions, problems)
    return Screening(
        tuple(answers),
        tuple((one.condition, one.reason, one.by) for one in overrides),
        tuple(_finding(questions[one.condition], one) for one in overrides) if not problems else (),
    )


def _finding(question: Question, taken: OverrideForm) -> Finding:
    return Finding(
        rule=f"{RULE}{taken.condition}",
        text=f"{question.ask} Yes: {KINDS[question.kind]} contraindication",
        source=sources_of(question),
        by=taken.by,
        reason=taken.reason,
    )


def sources_of(question: Question) -> str:
    """Return who says so; where the texts disagree, what each of them says."""
    if not question.disagree:
        return question.source
    said = "; ".join(f"{one.source}: {one.says}" for one in question.says)
    return f"project decision, the texts disagree: {said}"


def _overrides(found: dict[str, Any], problems: Problems) -> tuple[OverrideForm, ...]:
    if OVERRIDE not in found:
        return ()
    form, mistakes = read(_ScreeningForm, {"screening": {OVERRIDE: found[OVERRIDE]}})
    problems.note(mistakes)
    return form.screening.override if form is not None else ()


def _judge(
    answers: Mapping[str, bool],
    overrides: tuple[OverrideForm, ...],
    questions: Mapping[str, Question],
    problems: Problems,
) -> None:
    overridden = [one.condition for one in overrides]
    for index, one in enumerate(overrides):
        key = f"screening.override[{index}].condition"
        question = questions.get(one.condition)
        if question is None:
            problems.add(key, unknown(one.condition, questions, "question"))
        elif question.kind == "absolute":
            problems.add(
                key,
                f"{one.condition} is an absolute contraindication [{sources_of(question)}] and "
                f"cannot be overridden: delete the override",
            )
        elif answers.get(one.condition) is False:
            problems.add(
                key, f"{one.condition} is answered false: there is nothing to override; delete it"
            )
        elif overridden.index(one.condition) != index:
            problems.add(key, f"{one.condition} is overridden twice: delete one")
    for condition, answer in answers.items():
        question = questions[condition]
        if not answer or (question.kind == "relative" and condition in overridden):
            continue
        mend = (
            "no session may be given; do not treat"
            if question.kind == "absolute"
            else "do not treat, or add [[screening.override]] with condition, reason and by"
        )
        problems.add(
            f"screening.{condition}",
            f"answered true: {KINDS[question.kind]} contraindication "
            f"[{sources_of(question)}]: {mend}",
        )
