"""What is waited for is looked at until it ends, through answers that do not come."""

from collections.abc import Sequence

import pytest

from ratchet_cli import watching
from ratchet_cli.router_calls import AwayError, Router
from ratchet_cli.watching import watched
from ratchet_common.errors import CannotStartError


class Scripted(Router):
    """Answers one after the other; an error is raised."""

    def __init__(self, answers: Sequence[object]) -> None:
        object.__setattr__(self, "answers", list(answers))

    def get(self, _path: str) -> object:
        found = self.answers.pop(0)  # type: ignore[attr-defined]
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "FIRST_LOOK_S", 0.0)


def states(answers: Sequence[object], *, answered_before: bool = False) -> list[object]:
    return list(watched(Scripted(answers), "/x", lambda found: found == "succeeded", answered_before=answered_before))


def test_a_gateway_that_is_restarted_meanwhile_is_waited_for_and_that_is_said_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    away = AwayError("it cannot be asked.")
    assert states(["running", away, away, "running", "succeeded"]) == ["running", "running", "succeeded"]
    assert capsys.readouterr().err == "ratchet: it cannot be asked. It is asked again for 10 minutes.\n"
    assert states([away, "succeeded"], answered_before=True) == ["succeeded"]


def test_a_gateway_that_never_answered_is_not_waited_for() -> None:
    with pytest.raises(AwayError):
        states([AwayError("it cannot be asked"), "succeeded"])


def test_what_is_refused_is_not_asked_for_again() -> None:
    with pytest.raises(CannotStartError, match="no such job"):
        states(["running", CannotStartError("there is no such job"), "succeeded"])


def test_one_that_stays_away_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "PATIENCE_S", 0.0)
    with pytest.raises(AwayError):
        states(["running", AwayError("it cannot be asked"), "succeeded"])
