"""A question's vector: made as /v1/embeddings makes it, and never a reason for no answer."""

import pytest

from ratchet_common.vocabulary import EMBEDDING
from ratchet_providers.base import ProviderError
from ratchet_retrieval.embedding import NotEmbeddedError
from ratchet_router.grounding.question_vectors import QuestionVectors
from tests.unit.router.test_embed import Maker, events, world


async def test_it_is_paid_for_and_not_kept() -> None:
    its = world(Maker())
    vectors = QuestionVectors("acme", "words", lambda: its.parts)
    first, second = [await vectors.embed(["What is the rate?"]) for _ in range(2)]
    assert first == second
    assert len(first[0]) == 256
    told = [(event.tenant, event.task_type, event.tags, event.cached_from) for event in events(its)]
    assert told == [("acme", EMBEDDING, ("question",), None)] * 2


async def test_why_there_is_none_is_said_without_the_question() -> None:
    its = world(Maker(fails=[ProviderError("unauthorized")] * 5))
    with pytest.raises(NotEmbeddedError, match=r"got no vector \(provider-unauthorized\)"):
        await QuestionVectors("acme", "words", lambda: its.parts).embed(["What is the rate?"])
    with pytest.raises(NotEmbeddedError, match="got no vector"):
        await QuestionVectors("acme", "unknown", lambda: its.parts).embed(["What is the rate?"])
