"""How many bytes can stand before an abort, in the worst state: `python -m benchmarks`.

Counted at the peer, from the moment that the abort was called to its first byte.
"""

from tests.device.measuring import LINES, NEVER, STATES, ahead_on, worst_in_virtual_time

WANTED = 64


def main() -> None:
    """Print the figure of each line, and the worst of all."""
    found = {kind: max(ahead_on(kind, state) for state in STATES) for kind in LINES}
    for name, silent_from, stuck_from in (
        ("115,200 baud", NEVER, NEVER),
        ("115,200 baud, silent peer", 1, NEVER),
        ("115,200 baud, line that takes nothing", NEVER, 4),
    ):
        stride = 1 if stuck_from == NEVER else 97
        worst, steps = worst_in_virtual_time(
            silent_from=silent_from, stuck_from=stuck_from, stride=stride
        )
        found[f"{name}, {steps} moments"] = worst
    for name, ahead in found.items():
        print(f"  {name:48}{ahead:4} bytes")
    print(f"bytes ahead of an abort, worst state: {max(found.values())} (wanted: {WANTED} or less)")


if __name__ == "__main__":
    main()
