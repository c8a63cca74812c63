from datetime import UTC, datetime

import pytest

from ratchet_common.dead_letters import (
    FOR_GROUP,
    REASON_LIMIT,
    REPLAYED,
    bring_back,
    headers_of,
    letter_id,
)
from ratchet_common.trace_context import TRACEPARENT, TRACESTATE
from tests.unit.common.records import record

GROUP = "feedback.predictions"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_the_same_record_is_one_letter_wherever_it_lies() -> None:
    assert letter_id(record(offset=1), GROUP) == letter_id(record(offset=9, partition=2), GROUP)


def test_another_value_key_topic_or_group_is_another_letter() -> None:
    ids = [
        letter_id(record(), GROUP),
        letter_id(record(b"[]"), GROUP),
        letter_id(record(key=b"acme:2"), GROUP),
        letter_id(record(topic="traffic"), GROUP),
        letter_id(record(), "monitor.predictions"),
    ]
    assert len(set(ids)) == len(ids)


def test_what_was_brought_back_and_is_buried_again_is_another_letter() -> None:
    again = [record(headers={REPLAYED: times}) for times in (b"1", b"2")]
    assert len({letter_id(one, GROUP) for one in [record(), *again]}) == 3


def test_a_letter_says_why_whose_and_whence() -> None:
    headers = headers_of(record(partition=2, offset=7, headers={REPLAYED: b"1", "other": b"x"}), GROUP, "é" * 600, NOW)
    assert headers == {
        REPLAYED: b"1",
        "ratchet-reason": ("é" * REASON_LIMIT).encode(),
        "ratchet-group": GROUP.encode(),
        "ratchet-topic": b"predictions",
        "ratchet-offset": b"2:7",
        "ratchet-time": b"2026-11-23T00:00:00+00:00",
    }


class Published:
    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes, bytes, dict[str, bytes]]] = []

    async def __call__(self, topic: str, key: bytes, body: bytes, headers: dict[str, bytes]) -> None:
        self.sent.append((topic, key, body, headers))


@pytest.mark.parametrize(("before", "after"), [({}, b"1"), ({REPLAYED: b"1"}, b"2")])
async def test_a_letter_goes_back_to_its_topic_for_its_group_only(before: dict[str, bytes], after: bytes) -> None:
    headers = headers_of(record(headers=before), GROUP, "a bug", NOW)
    publish = Published()
    assert await bring_back(record(topic="predictions.dlq", headers=headers), publish) == "predictions"
    assert publish.sent == [("predictions", b"acme:1", b"{}", {FOR_GROUP: GROUP.encode(), REPLAYED: after})]


async def test_a_letter_that_goes_back_belongs_to_the_trace_that_it_came_from() -> None:
    traced = {TRACEPARENT: b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", TRACESTATE: b"vendor=1"}
    letter = record(headers=headers_of(record(headers=traced), GROUP, "why", NOW), topic="predictions.dlq")
    published = Published()
    await bring_back(letter, published)
    ((_, _, _, headers),) = published.sent
    assert headers.items() >= traced.items()
