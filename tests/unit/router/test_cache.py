from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from ratchet_common.errors import RetryLaterError
from ratchet_common.events import Usage
from ratchet_common.forgotten import Person
from ratchet_providers.base import Native
from ratchet_router.cache import NANO, AnswerCache, cache_key
from ratchet_router.epochs import EVERYTHING, Drop
from ratchet_router.memory import Entry, Memory
from tests.unit.router.asks import NOW, VERSION, ask
from tests.unit.router.fakes import FakeStore

DAY = timedelta(hours=24)


def entry(**how: Any) -> Entry:
    given: dict[str, Any] = {
        "tenant": "acme",
        "result_id": uuid4(),
        "version_id": "base",
        "model": "small",
        "tier": "fast",
        "approach": "direct",
        "output": "risk",
        "usage": Usage(),
        "cost_usd": Decimal("0.001"),
        "premium_cost_usd": Decimal(1),
        "expires_at": datetime.now(UTC) + DAY,
        "body": {"id": msgspec.Raw(b'"x"')},
    }
    return Entry(**given | how)


def cache(store: FakeStore, **how: Any) -> AnswerCache:
    given: dict[str, Any] = {"kept": DAY, "store_lookup": True}
    return AnswerCache(store, Memory(entries=10, size=10_000), **given | how)


def test_memory_forgets_what_was_used_longest_ago() -> None:
    memory = Memory(entries=2, size=100)
    for key in (b"a", b"b"):
        memory.put(key, entry(), 10)
    memory.get(b"a", NOW)
    memory.put(b"c", entry(), 10)
    assert [memory.get(key, NOW) is not None for key in (b"a", b"b", b"c")] == [True, False, True]


def test_memory_is_bounded_by_bytes() -> None:
    memory = Memory(entries=100, size=100)
    for number in range(10):
        memory.put(bytes([number]), entry(), 40)
    assert [number for number in range(10) if memory.get(bytes([number]), NOW)] == [8, 9]
    memory.put(b"huge", entry(), 101)
    assert memory.get(b"huge", NOW) is None


def test_memory_gives_nothing_that_has_expired() -> None:
    memory = Memory(entries=2, size=100)
    memory.put(b"a", entry(expires_at=NOW), 10)
    assert memory.get(b"a", NOW - timedelta(seconds=1)) is not None
    assert memory.get(b"a", NOW) is None


async def test_another_replica_finds_the_answer_in_the_store() -> None:
    store, kept = FakeStore(), entry()
    cache(store).keep(b"k", kept)
    assert await cache(store).look_up(b"k", "acme") == kept
    assert await cache(store, store_lookup=False).look_up(b"k", "acme") is None


async def test_what_has_expired_or_cannot_be_read_in_the_store_is_a_miss() -> None:
    store = FakeStore()
    cache(store).keep(b"old", entry(expires_at=NOW - 365 * DAY))
    store.entries[b"strange"] = ("acme", "base", b'{"from": "another release"}')
    assert await cache(store).look_up(b"old", "acme") is None
    assert await cache(store).look_up(b"strange", "acme") is None


async def test_a_store_that_is_away_is_a_miss_and_left_alone_for_a_while() -> None:
    store = FakeStore()
    cache(store).keep(b"k", entry())
    other = cache(store)
    store.away = True
    assert await other.look_up(b"k", "acme") is None
    store.away = False
    assert await other.look_up(b"k", "acme") is None


async def test_hits_misses_and_savings_are_tallied_and_survive_a_failed_flush() -> None:
    store = FakeStore()
    mine = cache(store)
    mine.keep(b"k", entry())
    for key in (b"k", b"k", b"none"):
        await mine.look_up(key, "acme")
    store.away = True
    with pytest.raises(RetryLaterError):
        await mine.flush()
    store.away = False
    await mine.look_up(b"k", "acme")
    await mine.flush()
    (tallies,) = store.counted
    tally = tallies.by_tenant["acme"]
    assert (tally.hits, tally.misses, tally.saved_nano) == (3, 1, 3 * NANO // 1000)
    assert tallies.by_entry[b"k"] == 3
    await mine.flush()
    assert len(store.counted) == 1


async def test_a_versions_entries_go_and_others_stay() -> None:
    store = FakeStore()
    mine = cache(store, store_lookup=False)
    mine.keep(b"gone", entry(version_id=VERSION))
    mine.keep(b"stays", entry())
    mine.keep(b"theirs", entry(version_id=VERSION, tenant="other"))
    assert mine.drop_versions("acme", {VERSION}) == 1
    assert await mine.look_up(b"gone", "acme") is None
    assert await mine.look_up(b"stays", "acme") is not None
    assert await mine.look_up(b"theirs", "other") is not None


def test_the_key_does_not_mind_line_ends_nor_who_asks() -> None:
    def key(**how: Any) -> bytes:
        return cache_key(ask(**how), epoch=(0, 0), template="t", resolved="small")

    assert key(document="a\r\nb\n") == key(document="a\nb")
    assert key(user="u", session="s", tags=("t",), collect=False) == key()
    passed = {"temperature": msgspec.Raw(b"1"), "user": msgspec.Raw(b'"u"'), "seed": msgspec.Raw(b"7")}
    of_another = dict.fromkeys(("user", "safety_identifier", "prompt_cache_key"), msgspec.Raw(b'"v"'))
    other_order = dict(reversed(passed.items())) | of_another
    assert key(passed_on=passed) == key(passed_on=other_order) != key()


def test_an_answer_depends_on_the_beta_that_was_asked_for() -> None:
    def key(**headers: str) -> bytes:
        native = Native(shape="messages", fields={"max_tokens": msgspec.Raw(b"5")}, headers=headers)
        return cache_key(ask(native=native), epoch=(1, 0), template="t_v1", resolved="base")

    assert key(beta="a") == key(beta="a")
    assert len({key(), key(beta="a"), key(beta="b")}) == 3


async def test_what_somebody_asked_goes_with_him() -> None:
    mine = cache(FakeStore(), store_lookup=False)
    mine.keep(b"gone", entry(user="a1"))
    mine.keep(b"stays", entry(user="b2"))
    mine.keep(b"theirs", entry(user="a1", tenant="other"))
    mine.keep(b"nobodys", entry())
    assert mine.forget(Person("acme", "a1", NOW)) == 1
    assert await mine.look_up(b"gone", "acme") is None
    assert None not in [await mine.look_up(key, "acme") for key in (b"stays", b"nobodys")]
    assert await mine.look_up(b"theirs", "other") is not None


async def test_what_a_drop_takes_goes_and_others_stay() -> None:
    mine = cache(FakeStore(), store_lookup=False)
    mine.keep(b"gone", entry(template="minutes_v2"))
    mine.keep(b"stays", entry(template="report_v2"))
    mine.keep(b"theirs", entry(template="minutes_v2", tenant="other"))
    assert mine.drop("acme", Drop("minutes")) == 1
    found = [await mine.look_up(key, tenant) for key, tenant in ((b"stays", "acme"), (b"theirs", "other"))]
    assert None not in found
    assert mine.drop("acme", EVERYTHING) == 1
