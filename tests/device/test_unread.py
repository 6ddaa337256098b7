"""What may still lie between this end and a reader, counted by the answers that came."""

from __future__ import annotations

from mesogun.device.unread import Unread


def test_one_answer_shows_a_frame_that_was_written_in_two_pieces() -> None:
    unread = Unread()
    unread.wrote(7, 64)
    unread.wrote(7, 18, goes_on=True)
    assert unread.count == 82
    unread.answered([7])
    assert unread.count == 0


def test_a_frame_said_again_is_shown_by_an_answer_of_its_own() -> None:
    unread = Unread()
    for _ in range(2):
        unread.wrote(7, 20)
    unread.answered([7])
    assert unread.count == 20
    unread.answered([7])
    assert unread.count == 0
