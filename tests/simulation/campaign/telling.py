"""What a campaign tells a person: how far it is, and what it came to."""

from __future__ import annotations

from collections import Counter

from firmware_protocol.messages import MAJOR, MINOR, SCHEMA_HASH
from tests.simulation.campaign.many import Tally
from tests.simulation.campaign.witnesses import missing

_HOUR_US = 3.6e9


def progress(total: Tally, seeds: int, wall_s: float) -> str:
    """Return one line: what is played so far, so that a run cut off has still said it."""
    return (
        f"{total.seeds:,} of {seeds:,} seeds, {len(total.violations)} violations: "
        f"{total.parts:,} sessions, {total.shots:,} shots, {total.played_us / _HOUR_US:,.1f} h; "
        f"{total.cpu_s:,.0f} s of CPU, {total.seeds / wall_s:.0f} seeds/s; "
        f"{len(missing(total.witnesses))} witnesses missing"
    )


def summary(total: Tally, start: int, wall_s: float) -> str:
    """Return the table at the end of a campaign."""
    minutes = max(total.cpu_s, 1e-9) / 60
    played_h, treated_h = total.played_us / _HOUR_US, total.treated_us / _HOUR_US
    kinds: Counter[str] = Counter()
    for (kind, _), count in total.witnesses.items():
        kinds[kind] += count
    faults = ", ".join(f"{kind} {count:,}" for kind, count in kinds.most_common())
    rows = (
        ("protocol", f"{MAJOR}.{MINOR}, schema {SCHEMA_HASH:08x}"),
        ("seeds", f"{total.seeds:,} from {start:,}, of which {total.twice:,} played twice"),
        ("sessions", f"{total.parts:,} (each start or resume of the host)"),
        ("shots", f"{total.shots:,}"),
        ("ended", ", ".join(f"{name} {n:,}" for name, n in total.outcomes.most_common())),
        ("simulated", f"{played_h:,.1f} h, of which {treated_h:,.1f} h in treatment"),
        ("time", f"{wall_s:.1f} s, {total.cpu_s:.1f} s of CPU; {total.seeds / wall_s:.0f} seeds/s"),
        (
            "per CPU-minute",
            f"{total.seeds / minutes:,.0f} seeds, {played_h / minutes:.1f} h simulated, "
            f"{treated_h / minutes:.1f} h in treatment",
        ),
        ("faults", f"{sum(kinds.values()):,}: {faults}"),
        ("witnesses", f"{len(missing(total.witnesses))} missing"),
        ("violations", f"{len(total.violations)}"),
    )
    return "\n".join(f"{name:16}{text}" for name, text in rows)
