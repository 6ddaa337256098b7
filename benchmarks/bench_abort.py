"""How many bytes can stand before an abort, in the worst state: `python -m benchmarks`.

Counted at the peer, from the moment that the abort was called to its first byte.
"""

from tests.device.measuring import LINES, STATES, WITH_THE_LONGEST, ahead_on
from tests.device.measuring_uart import NEVER, worst_in_virtual_time
from tests.seal_kit import KEYS

WANTED = 64


def main() -> None:
    """Print the figure of each line, all of it sealed with a key, and the worst of all."""
    states = (*STATES, *WITH_THE_LONGEST)
    found = {kind: max(ahead_on(kind, state, KEYS) for state in states) for kind in LINES}
    for baud in (115_200, 921_600):
        for name, silent_from, stuck_from in (
            (f"{baud:,} baud", NEVER, NEVER),
            (f"{baud:,} baud, silent peer", 1, NEVER),
            (f"{baud:,} baud, line that takes nothing", NEVER, 4),
        ):
            for tells in (True, False):
                stride = 1 if stuck_from == NEVER and (tells or silent_from == NEVER) else 97
                worst, steps = worst_in_virtual_time(
                    silent_from=silent_from,
                    stuck_from=stuck_from,
                    stride=stride,
                    baud=baud,
                    tells=tells,
                    keys=KEYS,
                )
                kind = "" if tells else ", a bridge"
                found[f"{name}{kind}, {steps} moments"] = worst
    for name, ahead in found.items():
        print(f"  {name:56}{ahead:4} bytes")
    print(f"bytes ahead of an abort, worst state: {max(found.values())} (wanted: {WANTED} or less)")


if __name__ == "__main__":
    main()
