import random
from collections.abc import AsyncIterator, Collection, Iterable
from uuid import UUID

import pytest

from ratchet_common.errors import RetryLaterError
from ratchet_common.events import FeedbackJoined
from ratchet_feedback.lines import LONGEST_LINE, lines_of
from ratchet_feedback.said import Feedback, Saved
from ratchet_feedback.upload import AT_ONCE, Refused, UploadBrokenOffError, upload
from tests.unit.feedback.in_memory import InMemoryStore
from tests.unit.feedback.said import feedback
from tests.unit.feedback.sessions_in_memory import SessionsInMemory


async def pieces(given: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in given:
        yield piece


@pytest.mark.parametrize(
    ("given", "lines"),
    [
        ([b"a\nb\n"], [b"a", b"b"]),
        ([b"a\nb"], [b"a", b"b"]),
        ([b"a", b"b\n", b"", b"c", b"\n"], [b"ab", b"c"]),
        ([b"a\r\n\nb"], [b"a\r", b"", b"b"]),
        ([], []),
        ([b"x" * LONGEST_LINE, b"\nb"], [b"x" * LONGEST_LINE, b"b"]),
        ([b"x" * LONGEST_LINE, b"x", b"x" * LONGEST_LINE, b"\nb\n"], [None, b"b"]),
        ([b"a\n" + b"x" * (LONGEST_LINE + 1)], [b"a", None]),
    ],
)
async def test_lines_are_whole_however_they_come(given: list[bytes], lines: list[bytes | None]) -> None:
    assert [line async for line in lines_of(pieces(given))] == lines


async def test_what_is_wrong_is_named_and_stops_nothing() -> None:
    store, word = InMemoryStore(), feedback()

    def read(line: bytes | None) -> Feedback | str:
        if line is None or line == b"bad":
            return "it is bad"
        return feedback(result_id=word.result_id, user_id=line.decode())

    async def lines() -> AsyncIterator[bytes | None]:
        for line in (b"ann", b"bad", b"", b"bob", None, b"ann"):
            yield line

    found = await upload(lines(), read, store, SessionsInMemory(store))
    assert (found.lines, found.kept, found.pending, found.refused) == (6, 3, 2, 2)
    assert found.faults == [Refused(2, "it is bad"), Refused(5, "it is bad")]
    assert {kept.saved.said.user_id for kept in store.kept.values()} == {"ann", "bob"}


async def test_of_ten_thousand_corrections_three_hundred_are_broken_and_each_of_these_is_named() -> None:
    store, broken = InMemoryStore(), set(random.Random(1).sample(range(1, 10_001), 300))

    async def lines() -> AsyncIterator[bytes]:
        for number in range(1, 10_001):
            yield b"{" if number in broken else str(number).encode()

    def read(line: bytes | None) -> Feedback | str:
        if line is None or not line.isdigit():
            return "it is no JSON"
        return feedback(user_id=line.decode(), corrections={"label": "yes"})

    found = await upload(lines(), read, store, SessionsInMemory(store))
    assert (found.lines, found.kept, found.refused, len(store.kept)) == (10_000, 9_700, 300, 9_700)
    assert [fault.line for fault in found.faults] == sorted(broken)


class Leaving(InMemoryStore):
    """Away after the first batch."""

    async def save_new(self, first: Collection[tuple[Saved, FeedbackJoined | None]]) -> set[UUID]:
        if self.kept:
            raise RetryLaterError("The store is away.")
        return await super().save_new(first)


async def test_where_the_store_goes_away_it_says_what_was_kept_and_what_was_wrong() -> None:
    store = Leaving()
    lines = [b"bad", *(f"u{number}".encode() for number in range(2 * AT_ONCE))]
    word = feedback()

    def read(line: bytes | None) -> Feedback | str:
        return "it is bad" if line == b"bad" else feedback(result_id=word.result_id, user_id=(line or b"").decode())

    with pytest.raises(UploadBrokenOffError, match=f"first {len(lines)} lines {AT_ONCE} were kept") as broken:
        await upload(lines_of(pieces([b"\n".join(lines)])), read, store, SessionsInMemory(store))
    assert broken.value.status == 503
    assert broken.value.extra == {
        "lines": len(lines),
        "kept": AT_ONCE,
        "refused": 1,
        "faults": [{"line": 1, "reason": "it is bad"}],
    }
    assert len(store.kept) == AT_ONCE


async def test_a_dry_run_says_the_same_and_keeps_nothing() -> None:
    store = InMemoryStore()
    found = await upload(
        lines_of(pieces([b"a\nb\n"])), lambda _: feedback(), store, SessionsInMemory(store), dry_run=True
    )
    assert (found.kept, found.pending, store.kept) == (2, 0, {})
