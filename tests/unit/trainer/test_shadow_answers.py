"""What a version said in the shadow is kept without private data."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest

from ratchet_common import conversation
from ratchet_common.events import ShadowAnswered, Usage
from ratchet_trainer.collecting.preparing import Prepared, prepare
from ratchet_trainer.privacy.hashing import Hashes
from ratchet_trainer.rollouts.shadow_answers import ShadowAnswer, ShadowCollector, ShadowFailure, readable

ID = UUID("0197f3a0-0000-7000-8000-000000000001")
HASHES = Hashes(b"sixteen bytes or more")


def said(output: str | None = "Write to ann@example.com.", **how: Any) -> ShadowAnswered:
    given: dict[str, Any] = {
        "tenant": "acme",
        "result_id": ID,
        "task_type": "summary",
        "version_id": "summary-0a1b2c3d",
        "model": "ft:a",
        "outcome": "ok",
        "usage": Usage(),
        "cost_usd": Decimal("0.002"),
        "latency_ms": 12.5,
        "user": "ann",
        "input": msgspec.Raw(
            msgspec.json.encode(conversation.as_messages(["Ask bob@example.com, then ann@example.com."]))
        ),
        "output": output,
    }
    return ShadowAnswered(**given | how)


@dataclass
class Kept:
    answers: list[ShadowAnswer] = field(default_factory=list)
    failures: list[ShadowFailure] = field(default_factory=list)

    async def add(self, answers: Sequence[ShadowAnswer]) -> None:
        self.answers += answers

    async def fail(self, failures: Sequence[ShadowFailure]) -> None:
        self.failures += failures


async def prepared(batch: Sequence[tuple[str, ...]]) -> list[Prepared]:
    return prepare(batch)


async def test_private_data_has_the_placeholder_that_it_has_in_the_request() -> None:
    kept = Kept()
    await ShadowCollector(kept, prepared, HASHES).on_answered([said()])
    (answer,) = kept.answers
    assert answer.output == "Write to [EMAIL_2]."
    assert (answer.result_id, answer.version_id, answer.cost_usd, answer.latency_ms) == (
        ID,
        "summary-0a1b2c3d",
        0.002,
        12.5,
    )
    assert answer.user_hash == HASHES.of("user", "acme", "ann")


@pytest.mark.parametrize(
    "event",
    [said(None, outcome="failed"), said(None, text_omitted="too_large"), said(input=msgspec.Raw(b'"x'))],
    ids=["failed", "too large", "unreadable"],
)
def test_what_says_nothing_is_not_kept(event: ShadowAnswered) -> None:
    assert readable(event) is None


async def test_many_are_kept_in_their_order() -> None:
    kept = Kept()
    await ShadowCollector(kept, prepared, HASHES).on_answered([said(f"Answer {n}.") for n in range(120)])
    assert [answer.output for answer in kept.answers] == [f"Answer {n}." for n in range(120)]


async def test_a_copy_that_was_not_answered_is_counted_by_the_kind_of_its_failure() -> None:
    kept = Kept()
    await ShadowCollector(kept, prepared, HASHES).on_answered([said(None, outcome="failed", error="unavailable")])
    assert [(one.version_id, one.result_id, one.error) for one in kept.failures] == [
        ("summary-0a1b2c3d", ID, "unavailable")
    ]
    assert not kept.answers
