"""Where text becomes types: prescriptions and plans are read from files, or refused with reasons.

    from mesogun.intake import read_plan, read_prescription

Nothing is rounded, guessed or passed over in silence. What is wrong with a file is told all at
once, with file, key, what was found and what to do.
"""

from mesogun.intake.plan_file import read_plan
from mesogun.intake.prescription import prescription_bytes, read_prescription

__all__ = ["prescription_bytes", "read_plan", "read_prescription"]
