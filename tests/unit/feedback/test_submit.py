from typing import Any

from ratchet_feedback.consumers import on_predictions
from ratchet_feedback.scoring import Rating
from ratchet_feedback.submit import submit
from tests.unit.feedback.in_memory import InMemoryStore
from tests.unit.feedback.said import feedback, prediction


async def test_what_somebody_did_takes_the_place_of_nothing_that_he_said() -> None:
    store, made = InMemoryStore(), prediction()
    result: dict[str, Any] = {"result_id": made.result_id}
    await on_predictions([made], store)
    for one in (feedback(**result), feedback(**result, signal="copied", spoken=False, rating=Rating.POSITIVE)):
        await submit(one, store)
    assert [(event.is_weak, event.revision) for event in store.events] == [(False, 1), (True, 1)]  # type: ignore[union-attr]
    assert len({event.event_id for event in store.events}) == 2
