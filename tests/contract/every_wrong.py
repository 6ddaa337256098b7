"""All twins with one mistake each: the conformance suite notices every one of them."""

from __future__ import annotations

from tests.contract.wrong import WRONG
from tests.contract.wrong_in_service import IN_SERVICE
from tests.contract.wrong_states import IN_STATES

EVERY_WRONG = (*WRONG, *IN_SERVICE, *IN_STATES)
