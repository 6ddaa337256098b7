"""`python -m tests.safety`: write the page of requirements from what was captured.

`--check`: write nothing, and end with 1 if the page is stale. `--run`: first run what the
requirements name and was not captured yet; `--run --anew`: all of it. Proofs run where CBMC is,
and only those whose text is new.
"""

from __future__ import annotations

import argparse
import json
import sys

from tests.safety import captured, named, told
from tests.safety.page import PAGE, page


def main() -> int:
    """Write or check the page."""
    asks = argparse.ArgumentParser(prog="python -m tests.safety", description=__doc__)
    asks.add_argument("--check", action="store_true")
    asks.add_argument("--run", action="store_true")
    asks.add_argument("--anew", action="store_true")
    asks.add_argument("--prove", action="store_true", help="only the proofs")
    asked = asks.parse_args()
    all_told = told.requirements()
    wrong = named.unknown(all_told) + named.misplaced(told.slips())
    if wrong:
        print("\n".join(wrong))
        return 1
    if asked.run or asked.prove:
        before = json.loads(captured.KEPT.read_text("utf-8")) if captured.KEPT.exists() else {}
        known = {} if asked.anew else before
        ran = captured.run(all_told, known) if asked.run else before
        ran["proofs"] = captured.prove(all_told, before.get("proofs", {}))
        captured.KEPT.write_text(json.dumps(ran, indent=1, sort_keys=True) + "\n", "utf-8")
    proofs = sorted(named.proofs())
    texts = {one: named.digest_of_proof(one) for one in proofs}
    whole = page(all_told, told.recalls(), captured.kept(), texts)
    if asked.check:
        fresh = PAGE.is_file() and PAGE.read_text("utf-8") == whole
        if not fresh:
            print(f"{PAGE.relative_to(told.ROOT)} is stale: python -m tests.safety")
        return 0 if fresh else 1
    PAGE.write_text(whole, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
