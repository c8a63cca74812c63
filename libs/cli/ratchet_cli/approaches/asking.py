"""The router is asked, several at a time; what it answers comes back in any order.

A gateway that is away is asked again a few times. What has no answer then is left out, and asked by the next run.
"""

import queue
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from threading import Event, Thread
from typing import Final

import msgspec

from ratchet_cli.approaches.asks import Ask
from ratchet_cli.approaches.results import Answer, answer_of
from ratchet_cli.router_calls import AwayError, Router, TurnedDownError
from ratchet_common.errors import CannotStartError

GENERATE: Final = "/api/generate"
PATIENCE_S: Final = 320.0  # a router's own deadline, and a little
PAUSES_S: Final = (1.0, 3.0, 9.0)
NOT_HERE: Final = frozenset({"no-tuned-version", "no-knowledge", "approach-not-possible"})
OF_THE_QUESTION: Final = frozenset({400, 413, 422})
WRONG_BODY: Final = "invalid"  # would be so of every question
IN_A_ROW: Final = 8  # without an answer: it is not asked any more


@dataclass(frozen=True, slots=True)
class NotHere:
    """The approach answers no question of this task here."""

    approach: str
    task_type: str
    why: str


@dataclass(frozen=True, slots=True)
class Silent:
    ask: Ask
    why: str


@dataclass(frozen=True, slots=True)
class Broken:
    """Nothing more can be asked: the token is wrong, there is no such model."""

    error: CannotStartError


Outcome = Answer | NotHere | Silent
Said = Outcome | Broken | None


def asked(asks: Sequence[Ask], gateway: Router, parallel: int, pauses_s: Sequence[float]) -> Iterator[Outcome]:
    """Of an approach that is not here the rest is not asked, and nothing comes of it.

    Raises CannotStartError where nothing more can be asked, and after several in a row without an answer.
    """
    work: queue.SimpleQueue[Ask] = queue.SimpleQueue()
    for ask in asks:
        work.put(ask)
    told: queue.SimpleQueue[Said] = queue.SimpleQueue()
    stopped, closed = Event(), set[tuple[str, str]]()

    def serve() -> None:
        while not stopped.is_set():
            try:
                ask = work.get_nowait()
            except queue.Empty:
                return
            told.put(_once(ask, gateway, closed, pauses_s, stopped))

    for _ in range(min(parallel, len(asks))):
        Thread(target=serve, daemon=True).start()  # whoever presses Ctrl-C does not wait for what is under way
    try:
        yield from _followed(told, len(asks), closed)
    finally:
        stopped.set()


def _followed(told: "queue.SimpleQueue[Said]", count: int, closed: set[tuple[str, str]]) -> Iterator[Outcome]:
    silent = 0
    for _ in range(count):
        said = told.get()
        if isinstance(said, Broken):
            raise said.error
        if said is None or (isinstance(said, NotHere) and (said.approach, said.task_type) in closed):
            continue
        if isinstance(said, NotHere):
            closed.add((said.approach, said.task_type))
        silent = silent + 1 if isinstance(said, Silent) else 0
        yield said
        if isinstance(said, Silent) and silent == IN_A_ROW:
            raise CannotStartError(
                f"{IN_A_ROW} questions in a row had no answer, so no more are asked: {said.why} "
                "What was answered is kept: the same command goes on."
            )


def _once(
    ask: Ask, gateway: Router, closed: Collection[tuple[str, str]], pauses_s: Sequence[float], stopped: Event
) -> Said:
    """None: its approach is not here, as is known already."""
    if (ask.approach, ask.task_type) in closed:
        return None
    for pause in (*pauses_s, None):
        try:
            return answer_of(ask, gateway.post(GENERATE, ask.body, PATIENCE_S))
        except TurnedDownError as error:
            return _turned_down(ask, error)
        except (KeyError, TypeError, msgspec.ValidationError):
            return Broken(CannotStartError(f"{gateway.url} gave no answer of a router: is --url right?"))
        except AwayError as error:
            if pause is None or stopped.wait(pause):
                return Silent(ask, str(error))
    raise AssertionError("The last try ends it.")


def _turned_down(ask: Ask, error: TurnedDownError) -> Said:
    if error.kind in NOT_HERE:
        return NotHere(ask.approach, ask.task_type, error.detail)
    if error.status in OF_THE_QUESTION and error.kind != WRONG_BODY:
        why = error.kind or str(error.status)
        return Answer(key=ask.key, question_id=ask.question_id, asked_of=ask.approach, refused=why)
    return Broken(error)
