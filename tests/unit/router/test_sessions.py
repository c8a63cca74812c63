from typing import Any
from uuid import uuid4

import msgspec
import pytest

from ratchet_common.events import Attempt, Decision, PredictionMade
from ratchet_router.sessions import Sessions
from tests.contract.every_event import LEAST

MADE = next(event for event in LEAST if isinstance(event, PredictionMade))


def turn(**how: Any) -> PredictionMade:
    given: dict[str, Any] = {"session": "s1", "outcome": "ok", "model": "small", "version_id": "base"}
    return msgspec.structs.replace(MADE, **given | how)


def after(*turns: PredictionMade, most: int = 10) -> Sessions:
    sessions = Sessions(most)
    for one in turns:
        sessions.heard(one)
    return sessions


def model(sessions: Sessions, session: str | None = "s1", tenant: str = "acme") -> str:
    return sessions.model(tenant, "summary", session)


def test_the_last_turns_model_is_known() -> None:
    assert model(after(turn(), turn(model="large"))) == "large"


def test_another_tenants_session_of_the_same_name_is_another() -> None:
    assert model(after(turn()), tenant="other") == ""


def test_a_session_is_on_the_model_that_was_asked_first_not_where_it_fell_back() -> None:
    attempts = (Attempt(model="small", latency_ms=1, error="timeout"), Attempt(model="large", latency_ms=1))
    assert model(after(turn(model="large", attempts=attempts))) == "small"


@pytest.mark.parametrize(
    "how",
    [
        {"session": None},
        {"outcome": "failed"},
        {"outcome": "cancelled"},
        {"cached_from": uuid4()},
        {"version_id": "summary-0a1b2c3d"},
        {"decision": Decision(assigned_by="pinned")},
    ],
)
def test_what_says_nothing_of_a_choice_is_not_remembered(how: dict[str, Any]) -> None:
    sessions = after(turn(**how))
    assert not len(sessions)
    assert model(sessions, None) == ""


def test_the_oldest_sessions_are_forgotten_first() -> None:
    sessions = after(*(turn(session=f"s{number}") for number in (1, 2, 1, 3)), most=2)
    assert len(sessions) == 2
    assert [model(sessions, f"s{number}") for number in (1, 2, 3)] == ["small", "", "small"]
