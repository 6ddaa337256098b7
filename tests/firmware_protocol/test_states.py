"""The table of states: who may go where, and who may never."""

import pytest

from firmware_protocol.messages import PistolState as S
from firmware_protocol.states import TRANSITIONS, next_state
from firmware_protocol.states import PistolEvent as E


def play(*events: E, state: S = S.BOOT) -> S | None:
    for event in events:
        after = next_state(state, event)
        if after is None:
            return None
        state = after
    return state


READY = (E.BOOTED, E.SELFTEST_PASSED)
ARMED = (*READY, E.ARM_REQUESTED, E.ARM_CONFIRMED)


def test_every_state_meets_every_event_and_either_moves_or_refuses() -> None:
    for state in S:
        for event in E:
            after = next_state(state, event)
            assert after is None or isinstance(after, S)
            assert after == TRANSITIONS.get((state, event))


def test_the_table_speaks_only_of_known_states_and_events() -> None:
    assert {type(s) for s, _ in TRANSITIONS} == {S}
    assert {type(e) for _, e in TRANSITIONS} == {E}


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        TRANSITIONS[S.ABORTED, E.DISARMED] = S.SAFE  # type: ignore[index]


def test_every_state_can_be_reached_from_power_on() -> None:
    reached, before = {S.BOOT}, set()
    while reached != before:
        before = reached
        reached = before | {after for (state, _), after in TRANSITIONS.items() if state in before}
    assert reached == set(S)


def test_a_session_goes_from_boot_to_firing_and_back() -> None:
    assert play(*READY) is S.SAFE
    assert play(*READY, E.ARM_REQUESTED) is S.CHALLENGED
    assert play(*ARMED) is S.ARMED
    assert play(*ARMED, E.SHOT_BEGUN) is S.FIRING
    assert play(*ARMED, E.SHOT_BEGUN, E.SHOT_ENDED) is S.ARMED
    assert play(*ARMED, E.DISARMED) is S.SAFE


def test_a_shot_whose_token_died_ends_unarmed() -> None:
    assert play(*ARMED, E.SHOT_BEGUN, E.DISARMED) is S.FIRING
    assert play(*ARMED, E.SHOT_BEGUN, E.DISARMED, E.SHOT_ENDED_UNARMED) is S.SAFE


def test_arming_takes_both_steps() -> None:
    assert {state for (state, _), after in TRANSITIONS.items() if after is S.ARMED} == {
        S.CHALLENGED,
        S.FIRING,
    }
    assert next_state(S.SAFE, E.ARM_CONFIRMED) is None
    assert play(*READY, E.ARM_REQUESTED, E.CHALLENGE_EXPIRED, E.ARM_CONFIRMED) is None
    assert play(*READY, E.ARM_REQUESTED, E.DISARMED, E.ARM_CONFIRMED) is None


def test_only_an_armed_pistol_begins_a_shot() -> None:
    assert [state for (state, event) in TRANSITIONS if event is E.SHOT_BEGUN] == [S.ARMED]
    assert {state for (state, _), after in TRANSITIONS.items() if after is S.FIRING} == {
        S.ARMED,
        S.FIRING,
    }


def test_an_abort_stops_every_state_that_has_passed_its_self_test() -> None:
    for state in (S.SAFE, S.CHALLENGED, S.ARMED, S.FIRING, S.ABORTED):
        assert next_state(state, E.ABORTED) is S.ABORTED


def test_an_abort_before_the_self_test_has_passed_cannot_be_cleared_into_safe() -> None:
    for state in (S.BOOT, S.SELFTEST):
        assert next_state(state, E.ABORTED) is S.FAULT


def test_safe_is_reached_only_past_a_self_test() -> None:
    # Walk from power on without ever passing the self test: SAFE must stay out of reach.
    reached, before = {S.BOOT}, set()
    while reached != before:
        before = reached
        reached = before | {
            after
            for (state, event), after in TRANSITIONS.items()
            if state in before and event is not E.SELFTEST_PASSED
        }
    assert reached == {S.BOOT, S.SELFTEST, S.FAULT}


def test_aborted_leaves_only_by_clearing_or_with_the_power_or_into_fault() -> None:
    left = {
        event: after
        for (state, event), after in TRANSITIONS.items()
        if state is S.ABORTED and after is not S.ABORTED
    }
    assert left == {E.ABORT_CLEARED: S.SAFE, E.POWER_LOST: S.BOOT, E.FAULTED: S.FAULT}


def test_fault_leaves_only_with_the_power() -> None:
    left = {
        event: after
        for (state, event), after in TRANSITIONS.items()
        if state is S.FAULT and after is not S.FAULT
    }
    assert left == {E.POWER_LOST: S.BOOT}


def test_power_loss_and_faults_are_possible_anywhere() -> None:
    for state in S:
        assert next_state(state, E.POWER_LOST) is S.BOOT
        assert next_state(state, E.FAULTED) is S.FAULT


def test_a_new_hello_leaves_no_pistol_armed_or_challenged() -> None:
    for state in S:
        after = next_state(state, E.DISARMED)
        assert after not in (None, S.ARMED, S.CHALLENGED)
