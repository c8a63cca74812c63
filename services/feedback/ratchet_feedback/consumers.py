"""Events in: answers to wait for feedback on, traffic and drift that bear on when to retrain."""

from collections.abc import Collection, Sequence
from typing import Protocol

from ratchet_common.events import AlertChanged, PredictionMade, TrafficAssigned
from ratchet_common.vocabulary import EMBEDDING
from ratchet_feedback.answers import Answer, ResultKey, answer_of, key_of
from ratchet_feedback.joining import join
from ratchet_feedback.said import FeedbackStore, Saved
from ratchet_feedback.sessions import SessionStore

WAITING_AT_ONCE = 200
DRIFT = "drift"


class AnswerStore(FeedbackStore, Protocol):
    async def keep_answers(self, answers: Sequence[Answer]) -> None:
        """Each under its own id: what is there already stays as it is."""

    async def waiting_for(self, keys: Collection[ResultKey], limit: int) -> list[Saved]: ...


class SituationStore(Protocol):
    async def assign(self, traffic: TrafficAssigned) -> None:
        """An older revision changes nothing."""

    async def drift(self, alert: AlertChanged) -> None:
        """An older word on the same alert changes nothing."""


async def on_predictions(made: Sequence[PredictionMade], store: AnswerStore) -> None:
    """Writes, then looks, as `submit` does from the other side. Vectors are nothing to give feedback on."""
    answers = [answer_of(event) for event in made if event.task_type != EMBEDDING]
    if not answers:
        return
    await store.keep_answers(answers)
    keys = {key_of(answer) for answer in answers}
    while waiting := await store.waiting_for(keys, WAITING_AT_ONCE):
        await join(waiting, store)
        if len(waiting) < WAITING_AT_ONCE:
            break


async def on_answers(made: Sequence[PredictionMade], store: AnswerStore, sessions: SessionStore) -> None:
    """They are written before the words on their sessions are looked at again."""
    await on_predictions(made, store)
    await sessions.stir([answer_of(event) for event in made if event.session and event.task_type != EMBEDDING])


async def on_traffic(assigned: Sequence[TrafficAssigned], store: SituationStore) -> None:
    for event in assigned:
        await store.assign(event)


async def on_alerts(changed: Sequence[AlertChanged], store: SituationStore) -> None:
    for event in changed:
        if event.kind == DRIFT and event.task_type:
            await store.drift(event)
