"""What is done about a run, by what is seen of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_trainer.platforms.lora.judging import Rules, Seen, Step, has_ended, next_step, state_of
from ratchet_trainer.platforms.platform import ENDED, RunState
from ratchet_tuner.status import State, Status

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
RULES = Rules(restarts=2, silent=timedelta(seconds=60), kill_after=timedelta(seconds=30))


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def status(state: State, heartbeat_s: float = 300) -> Status:
    return Status(state=state, started=ago(1000), heartbeat=ago(heartbeat_s))


RUNNING, DONE, FAILED, STOPPED = map(status, (State.RUNNING, State.SUCCEEDED, State.FAILED, State.CANCELLED))


@pytest.mark.parametrize(
    ("seen", "step"),
    [
        (Seen(), Step.START),
        (Seen(starts=1, started=ago(10)), Step.WAIT),
        (Seen(starts=1, started=ago(10), lives=True), Step.NONE),
        (Seen(starts=1, started=ago(100)), Step.START),
        (Seen(starts=3, started=ago(100)), Step.GIVE_UP),
        (Seen(starts=1, started=ago(900), status=RUNNING, lives=True), Step.NONE),
        (Seen(starts=1, started=ago(900), status=RUNNING), Step.START),
        (Seen(starts=1, started=ago(900), status=status(State.RUNNING, 20)), Step.WAIT),
        (Seen(starts=3, started=ago(900), status=RUNNING), Step.GIVE_UP),
        (Seen(starts=1, started=ago(900), status=DONE), Step.NONE),
        (Seen(starts=1, started=ago(900), status=FAILED), Step.NONE),
        (Seen(starts=1, started=ago(1), status=status(State.CANCELLED, 1)), Step.START),
        (Seen(starts=3, started=ago(1), status=STOPPED), Step.GIVE_UP),
        (Seen(cancelled=ago(1)), Step.CLOSE),
        (Seen(starts=1, started=ago(9), cancelled=ago(1), lives=True), Step.NONE),
        (Seen(starts=1, started=ago(90), cancelled=ago(31), status=RUNNING, lives=True), Step.KILL),
        (Seen(starts=1, started=ago(90), cancelled=ago(31), status=RUNNING), Step.CLOSE),
        (Seen(starts=1, started=ago(90), cancelled=ago(31), status=STOPPED), Step.NONE),
        (Seen(starts=1, started=ago(90), cancelled=ago(31), status=DONE), Step.NONE),
    ],
)
def test_the_next_step(seen: Seen, step: Step) -> None:
    assert next_step(seen, RULES, NOW) is step


moments = st.floats(0, 1000).map(ago)
seen_ones = st.builds(
    Seen,
    status=st.none() | st.builds(Status, state=st.sampled_from(State), started=moments, heartbeat=moments),
    starts=st.integers(1, 5),
    started=moments,
    cancelled=st.none() | moments,
    lives=st.booleans(),
)


@given(seen=seen_ones)
def test_one_that_lives_is_never_started_and_one_that_has_ended_is_left(seen: Seen) -> None:
    step = next_step(seen, RULES, NOW)
    if seen.lives:
        assert step in (Step.NONE, Step.KILL)
    if has_ended(seen.status, seen.cancelled):
        assert step is Step.NONE
    assert (state_of(seen) in ENDED) is has_ended(seen.status, seen.cancelled)


@given(seen=seen_ones)
def test_what_was_cancelled_is_never_started_again(seen: Seen) -> None:
    if seen.cancelled is not None:
        assert next_step(seen, RULES, NOW) in (Step.NONE, Step.KILL, Step.CLOSE)


def test_one_that_nobody_here_cancelled_runs_on() -> None:
    assert state_of(Seen(starts=1, started=NOW, status=STOPPED)) is RunState.RUNNING
    assert state_of(Seen(starts=1, started=NOW, status=STOPPED, cancelled=NOW)) is RunState.CANCELLED
