"""What to have ready for a plan, needles, fillings, ampoules, and what its screening found."""

from __future__ import annotations

from mesogun.cli.catalogues import Folders
from mesogun.intake import Ampoules, ampoules, least_volume
from mesogun.planning import Plan, Prescription, Product, needles_used

NL_PER_ML = 1_000_000
NEW_FILLING = ("refill", "product")


def told(plan: Plan, folders: Folders = ()) -> list[str]:
    """Say what to have ready; `folders` are the clinic's own catalogues."""
    rx = plan.prescription
    lines = [
        f"{_needles(plan)}{_changed_after(plan)}",
        f"{_several(_fillings(plan), 'filling')} of the syringe {rx.syringe}",
    ]
    if plan.strokes:
        lines = [f"the {rx.head}, with needles that nobody was treated with"]
    for product in rx.products:
        if not product.volume_nl:
            continue
        taken = ampoules(product, folders)
        lines.append(_own(product) if taken is None else _taken(product, taken))
    lines += _below_least(rx, folders)
    return ["", "To have ready:", *(f"  {line}" for line in lines)]


def _needles(plan: Plan) -> str:
    rx, number = plan.prescription, needles_used(plan)
    if any(len(head.needles) > 1 for head in rx.heads):
        several = "head or needle" if number == 1 else "heads or needles"
        return f"{number} {several}, {rx.needle}"
    return f"{_several(number, 'needle')} {rx.needle}"


def _several(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _changed_after(plan: Plan) -> str:
    bound = next((one for one in plan.limits if one.name == "needle_pricks_max"), None)
    if bound is None:
        return ""
    strength, _, _ = bound.source.partition(":")
    return f", a new one after {bound.value} pricks at most ({strength})"


def _fillings(plan: Plan) -> int:
    return 1 + len({one.shot for one in plan.pauses if one.kind in NEW_FILLING})


def _own(product: Product) -> str:
    blood = product.autologous
    assert blood is not None
    left = int(blood.yield_nl) - int(product.volume_nl)
    return (
        f"the tube {product.lot} of {blood.donor_id}, drawn {blood.drawn_at}: "
        f"{_ml(blood.yield_nl)} of {product.name}, {_ml(left)} left over"
    )


def _taken(product: Product, taken: Ampoules) -> str:
    left = f"{_ml(taken.left_nl)} left over" if taken.left_nl else "nothing left over"
    return (
        f"{_several(taken.number, 'ampoule')} of {_ml(taken.each_nl)} ({taken.source}) of "
        f"{product.name}, lot {product.lot}: {left} (needle and tube not counted)"
    )


def _below_least(rx: Prescription, folders: Folders) -> list[str]:
    least = least_volume(folders)
    volume = sum(int(one.volume_nl) for one in rx.products)
    if (
        rx.needling is not None
        or volume >= least.value
        or any(one.autologous for one in rx.products)
    ):
        return []
    return [
        f"! {_ml(volume)} in all are less than one text asks for: {_ml(least.value)} "
        f"[{least.told()}]"
    ]


def _ml(volume_nl: int) -> str:
    return f"{volume_nl / NL_PER_ML:g} mL"


def facts(plan: Plan, folders: Folders = ()) -> dict[str, object]:
    """Return the same as data."""
    rx = plan.prescription
    found = [(product, ampoules(product, folders)) for product in rx.products if product.volume_nl]
    return {
        "needles": 0 if plan.strokes else needles_used(plan),
        "fillings": 0 if plan.strokes else _fillings(plan),
        "ampoules": [
            {
                "product": product.name,
                "lot": product.lot,
                "number": taken.number,
                "each_nl": taken.each_nl,
                "left_nl": taken.left_nl,
                "source": taken.source,
            }
            for product, taken in found
            if taken is not None
        ],
    }


def findings_told(rx: Prescription) -> list[str]:
    """Say what screening and the products' rules found, and who took it on."""
    lines = []
    for one in rx.findings:
        lines.append(f"  {'! ' if one.by else ''}{one.text} [{one.source}]")
        if one.by:
            lines.append(f"      overridden by {one.by}: {one.reason}")
    return ["", "Findings:", *lines] if lines else []


def findings_facts(rx: Prescription) -> list[dict[str, str]]:
    """Return the same as data."""
    return [
        {
            "rule": one.rule,
            "text": one.text,
            "source": one.source,
            "by": one.by,
            "reason": one.reason,
        }
        for one in rx.findings
    ]
