"""`python -m tests.model`: explore the larger bounds, reject the wrong models, print both tables.

`--quick` leaves the larger bounds out; `--story NAME` tells how one wrong model goes wrong.
"""

from __future__ import annotations

import argparse
import sys

from tests.model.bounds import LARGE, QUICK, WRONG, explored


def main() -> int:
    """Print the tables; 1 if something is not as it must be."""
    parser = argparse.ArgumentParser(prog="python -m tests.model")
    parser.add_argument("--quick", action="store_true")
    names = sorted(name for one in WRONG for name in one.model.wrong)
    parser.add_argument("--story", choices=names, metavar="NAME", help=", ".join(names))
    asked = parser.parse_args()
    if asked.story:
        model = next(one.model for one in WRONG if asked.story in one.model.wrong)
        print(explored(model, whole=False).tell())
        return 0
    fine = True
    for bound in QUICK if asked.quick else QUICK + LARGE:
        told = explored(bound.model)
        print(bound.row(told), flush=True)
        if told.broken:
            fine = False
            print(told.tell())
    for wrong in WRONG:
        told = explored(wrong.model, whole=False)
        fine = fine and (told.broken, len(told.story)) == (wrong.what, wrong.steps)
        print(wrong.row if told.broken else f"NOT REJECTED: {wrong.row}", flush=True)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
