"""The shape of the catalogue's files on components, indications, screening and care.

Annotations are values here, not texts: evaluating texts took longer than reading the files.
"""

from collections.abc import Sequence
from typing import Literal

from mesogun.intake.figures import (
    Source,
    Statement,
    Strength,
    Substance,
    SubstancePerMass,
    Wait,
    in_order,
)
from mesogun.intake.form import Table

Kind = Literal["absolute", "relative"]


class Incompatible(Table):
    """What must not be in one mixture with the component or class that tells it."""

    other: str
    """Id of a component or of a class."""
    why: str
    source: Source
    strength: Strength


class Contraindication(Table):
    """A condition that forbids the component or class, whatever the rest of the product is."""

    question: str
    """Id of a question of screening.toml."""
    kind: Kind
    source: Source
    strength: Strength


class Maxima(Table):
    """How much of a component a patient may get in a session."""

    mass_per_weight_max: SubstancePerMass | None = None
    mass_max: Substance | None = None
    mass_per_weight_warn: SubstancePerMass | None = None

    def check(self) -> None:
        if self.mass_per_weight_max is None and self.mass_max is None:
            raise ValueError("it bounds nothing: give mass_per_weight_max or mass_max")
        in_order(
            mass_per_weight_warn=self.mass_per_weight_warn,
            mass_per_weight_max=self.mass_per_weight_max,
        )


class ComponentClass(Table):
    """A kind of components: what holds for it holds for each of them."""

    name: str
    also: tuple[str, ...] = ()
    """Words in small letters by which a name that is no known component is put into the class."""
    incompatible_with: tuple[Incompatible, ...] = ()
    contraindications: tuple[Contraindication, ...] = ()
    no_mix: Statement | None = None
    """It is given alone; why."""
    refused: Statement | None = None
    """It is not injected at all; why."""
    caution: Statement | None = None
    """What its user must read."""

    def check(self) -> None:
        _in_small_letters(self.also)


class KnownComponent(Table):
    """One substance. The rules of its classes hold as well."""

    name: str
    also: tuple[str, ...]
    """Words in small letters by which it is known."""
    classes: tuple[str, ...]
    plain: Maxima | None = None
    with_epinephrine: Maxima | None = None
    """Instead of `plain`, where a vasoconstrictor is in the same product."""
    incompatible_with: tuple[Incompatible, ...] = ()
    contraindications: tuple[Contraindication, ...] = ()
    no_mix: Statement | None = None
    refused: Statement | None = None
    caution: Statement | None = None
    autologous: Statement | None = None
    """It is made of the patient's own blood; who says so."""

    def check(self) -> None:
        if not self.also:
            raise ValueError("also: give names in small letters")
        _in_small_letters(self.also)


def _in_small_letters(words: Sequence[str]) -> None:
    if any(one != one.casefold() or not one.strip() for one in words):
        raise ValueError("also: give names in small letters")


class ComponentsFile(Table):
    """components.toml"""

    format: Literal["mesogun-components/1"]
    sources: dict[str, str]
    component_classes: dict[str, ComponentClass]
    components: dict[str, KnownComponent]

    def check(self) -> None:
        known = {*self.component_classes, *self.components}
        both = sorted(set(self.component_classes) & set(self.components))
        if both:
            raise ValueError(f"{both[0]} is a component and a class: rename one")
        owners: dict[str, str] = {}
        everything: list[tuple[str, ComponentClass | KnownComponent]] = [
            *self.component_classes.items(),
            *self.components.items(),
        ]
        for name, one in everything:
            for rule in one.incompatible_with:
                if rule.other not in known:
                    raise ValueError(f"{name}.incompatible_with: there is no {rule.other!r}")
            for word in one.also:
                if owners.setdefault(word, name) != name:
                    raise ValueError(f"{name}.also: {word!r} is a name of {owners[word]} as well")
        for name, component in self.components.items():
            for each in component.classes:
                if each not in self.component_classes:
                    raise ValueError(f"{name}.classes: there is no class {each!r}")


class Suits(Table):
    """A component or class that an indication is treated with."""

    component: str
    """Id of a component or of a class."""
    source: Source
    strength: Strength


class Indication(Table):
    """What a session is given for."""

    name: str
    also: tuple[str, ...] = ()
    regimen: str
    regimen_says: Statement
    """Why this regimen."""
    areas: tuple[str, ...]
    said: tuple[Statement, ...]
    """Which texts name it as a reason to treat."""
    suits: tuple[Suits, ...] = ()
    """What it is treated with; empty: no source tells, and nothing is checked."""
    against: tuple[Statement, ...] = ()
    """Which texts forbid where this one treats."""

    def check(self) -> None:
        if not self.said:
            raise ValueError("said: name at least one text that lists it")


class IndicationsFile(Table):
    """indications.toml"""

    format: Literal["mesogun-indications/1"]
    sources: dict[str, str]
    indications: dict[str, Indication]


class Says(Table):
    """One text's word on a question."""

    source: str
    """ "text 000" to "text 004"."""
    says: str


class Question(Table):
    """One question before a session."""

    ask: str
    kind: Kind
    source: str
    says: tuple[Says, ...] = ()
    """What each text says of it; the silent ones are left out."""
    disagree: bool = False
    """The texts contradict each other: every one of `says` is shown."""
    asked: bool = True

    def check(self) -> None:
        if not self.source.strip():
            raise ValueError("its source is not told")
        if self.disagree and len(self.says) < 2:
            raise ValueError("disagree: give what at least two texts say")


class ScreeningFile(Table):
    """screening.toml"""

    format: Literal["mesogun-screening/1"]
    questions: dict[str, Question]


class CareRule(Table):
    """One rule for the time before or after a session."""

    when: Literal["before", "after"]
    text: str
    """What to do, without its duration."""
    durations: tuple[Wait, ...] = ()
    """How long, one for each source that gives a number: never averaged."""
    says: tuple[Statement, ...] = ()
    """What sources say that give no number."""
    areas: tuple[str, ...] = ()
    """Only for these areas; empty: for all."""
    components: tuple[str, ...] = ()
    """Only for these components or classes; empty: for all."""

    def check(self) -> None:
        if not self.durations and not self.says:
            raise ValueError("its source is not told: give durations or says")


class CareFile(Table):
    """care.toml"""

    format: Literal["mesogun-care/1"]
    sources: dict[str, str]
    care: dict[str, CareRule]
