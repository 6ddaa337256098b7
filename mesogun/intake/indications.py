"""What a session is given for: whether its course and its products suit."""

from __future__ import annotations

from collections.abc import Sequence

from mesogun.intake.catalogue import Catalogue
from mesogun.intake.figures import Statement
from mesogun.intake.knowledge_form import Indication, Suits
from mesogun.intake.mixtures import Knowledge, parts_of
from mesogun.intake.prescription_form import ProductForm, SessionForm
from mesogun.intake.refusal import Problems, unknown

Keyed = Sequence[tuple[str, ProductForm]]


def check_indication(
    session: SessionForm,
    products: Keyed,
    presets: Catalogue,
    knowledge: Knowledge,
    problems: Problems,
    warnings: list[str],
) -> None:
    """Add to `problems` that the indication is unknown, to `warnings` what does not suit it."""
    if session.indication is None:
        return
    found = presets.indications.get(session.indication)
    if found is None:
        text = unknown(session.indication, presets.indications, "indication")
        problems.add("session.indication", text)
        return
    called = found.name.lower()
    if session.regimen != found.regimen:
        warnings.append(
            f"{called}: {found.regimen_says.says} (regimen {found.regimen}) is usual, not the "
            f"regimen {session.regimen} [{_told(found.regimen_says)}]"
        )
    if found.suits and not _suited(found, products, knowledge):
        names = {key: one.name for key, one in presets.component_classes.items()}
        names |= {key: one.name for key, one in presets.components.items()}
        wanted = ", ".join(names[one.component].lower() for one in found.suits)
        sources = "; ".join(dict.fromkeys(map(_told, found.suits)))
        warnings.append(f"{called} is treated with {wanted}: no product has any of it [{sources}]")
    warnings.extend(f"{called}: {one.says} [{_told(one)}]" for one in found.against)


def _suited(found: Indication, products: Keyed, knowledge: Knowledge) -> bool:
    """Tell whether any product has something of what is wanted, by its parts or by its name."""
    wanted = {one.component for one in found.suits}
    for key, product in products:
        kinds = [part.kinds for part in parts_of(key, product, knowledge)]
        if any(wanted & {*one} for one in (*kinds, knowledge.kinds_of(product.name))):
            return True
    return False


def _told(one: Statement | Suits) -> str:
    return f"{one.strength}: {one.source}"
