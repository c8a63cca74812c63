from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import msgspec
import numpy as np
import pytest

from ratchet_common.events import FeedbackJoined
from ratchet_estimate import read
from ratchet_trainer.estimate.looking import look_at
from ratchet_trainer.estimate.outcomes import READ, Asked, Look, Outcome, OutcomeCollector, Task, asked_in, counts
from ratchet_trainer.privacy.hashing import Hashes
from tests.unit.trainer import make_data
from tests.unit.trainer.make_data import messages


@dataclass
class InMemory:
    outcomes: dict[UUID, Outcome] = field(default_factory=dict)
    tasks: list[Task] = field(default_factory=list)

    async def write(self, outcomes: Sequence[Outcome]) -> None:
        for one in outcomes:
            there = self.outcomes.get(one.outcome_id)
            if there is None or there.revision < one.revision:
                self.outcomes[one.outcome_id] = one

    async def heard(self, tasks: Collection[Task]) -> None:
        self.tasks += tasks


async def in_process(batch: Sequence[Asked]) -> list[Look]:
    return look_at(batch)


def said(**how: Any) -> FeedbackJoined:
    return make_data.said(**{"tier": "fast", "document_type": "email"} | how)


async def collected(*events: FeedbackJoined) -> InMemory:
    store = InMemory()
    await OutcomeCollector(store, store, in_process, Hashes(b"salt" * 8)).on_feedback(events)
    return store


async def test_an_answer_that_was_disliked_counts_though_nobody_said_what_was_right() -> None:
    store = await collected(said(corrections={}, score=0.0, score_source="rating"))
    (outcome,) = store.outcomes.values()
    assert (outcome.tier, outcome.score, outcome.tenant, outcome.task_type) == ("fast", 0.0, "acme", "summary")
    assert store.tasks == [("acme", "summary")]


async def test_what_is_kept_is_what_a_router_will_read_of_the_scrubbed_request_and_no_text() -> None:
    (outcome,) = (await collected(said())).outcomes.values()
    reading = read("What is asked of [PERSON_1]?", "Dear [PERSON_1], mail [EMAIL_1].", "email")
    assert np.frombuffer(outcome.look.buckets, "<i4").tolist() == reading.buckets.tolist()
    assert np.frombuffer(outcome.look.shape, "<f4").tolist() == reading.shape.tolist()
    kept = msgspec.json.encode(msgspec.to_builtins(outcome, builtin_types=(bytes,), enc_hook=str)).decode()
    assert all(private not in kept for private in ("Ann", "bob", "asker", "u1", '"s1"'))


async def test_a_later_word_of_the_same_user_replaces_the_earlier() -> None:
    result = uuid4()
    words = [said(result_id=result, revision=revision, score=score) for revision, score in ((2, 1.0), (1, 0.0))]
    store = await collected(*words, said(result_id=result, user_id="u2", score=0.5))
    assert sorted(outcome.score for outcome in store.outcomes.values()) == [0.5, 1.0]


@pytest.mark.parametrize(
    "how",
    [
        {"collect": False},
        {"text_omitted": "too_large", "input": msgspec.Raw(b"null")},
        {"version_id": "summary-0a1b2c3d"},
        {"tier": ""},
        {"tier": "gold"},
        {"input": msgspec.Raw(b"null")},
        {"input": msgspec.Raw(b"{}")},
        {"input": messages("  ")},
    ],
)
async def test_what_may_not_or_cannot_be_learned_from_is_left_out(how: dict[str, Any]) -> None:
    store = await collected(said(**how))
    assert not store.outcomes
    assert not store.tasks


def test_of_a_long_text_both_ends_are_looked_at() -> None:
    asked = asked_in(said(input=messages(f"first {'x' * READ} last")))
    assert asked is not None
    assert len(asked.document) <= READ + 1
    assert asked.document.startswith("first")
    assert asked.document.endswith("last")
    assert "first" not in repr(asked)


def test_a_base_models_answer_counts_whatever_its_tier() -> None:
    assert all(counts(said(tier=tier)) for tier in ("fast", "balanced", "premium"))


def test_a_word_that_does_not_tell_how_good_an_answer_was_is_no_outcome() -> None:
    unrated = said(rating="neutral", rated=False, score=0.5, score_source="rating")
    assert not counts(unrated)
    assert counts(msgspec.structs.replace(unrated, score_source="reference"))
    assert counts(msgspec.structs.replace(unrated, rated=True))
