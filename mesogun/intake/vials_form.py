"""The shape of the catalogue's products.toml: ampoules, vials, mixtures, blood of one's own.

Annotations are values here, not texts, as in all forms.
"""

from typing import Literal

from mesogun.intake.figures import Count, Days, Volume, Years
from mesogun.intake.form import Table


class Ampoules(Table):
    """What products come in."""

    volume: Volume
    session_volume_least: Volume


class Vials(Table):
    """How long a product keeps."""

    shelf_life_max: Years
    opened_days_max: Days
    """Days on which an opened vial may be used, the first one counted."""


class Mixtures(Table):
    """How many components in one syringe are worth a warning."""

    components_warn_from: Count


class OwnBlood(Table):
    """Products of the patient's own blood."""

    blood_usual: Volume
    days_max: Days
    """Days on which it may be used, that of the drawing counted."""


class ProductsFile(Table):
    """products.toml"""

    format: Literal["mesogun-products/1"]
    sources: dict[str, str]
    ampoule: Ampoules
    vial: Vials
    mixture: Mixtures
    autologous: OwnBlood
