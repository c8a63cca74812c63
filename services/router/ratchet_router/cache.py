"""Answers that may be used again: exact, for a day. Memory in front of the store; writes and tallies in bulk behind."""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import msgspec

from ratchet_common.alarms import Within
from ratchet_common.errors import RetryLaterError
from ratchet_common.forgotten import Person
from ratchet_router.ask import Ask
from ratchet_router.epochs import Drop
from ratchet_router.kept_keys import KeptKeys
from ratchet_router.memory import Entry, Memory

LOOK_PATIENCE_S = 0.1
REST_S = 5.0  # after the store did not answer: no look-ups there
TALLIED = 50_000  # entries whose hits wait to be written; beyond it only the tenant's sums are kept
NANO = 10**9
WITHOUT_MEANING = frozenset({  # fields that change no answer
    "user", "safety_identifier", "metadata", "store", "stream", "stream_options", "model", "prompt_cache_key",
    "prompt_cache_retention",
})  # fmt: skip


@dataclass(slots=True)
class Tally:
    """What one tenant's look-ups came to since the last flush."""

    hits: int = 0
    misses: int = 0
    saved_nano: int = 0


@dataclass(slots=True)
class Tallies:
    by_entry: Counter[bytes] = field(default_factory=Counter)
    by_tenant: dict[str, Tally] = field(default_factory=dict)

    def of(self, tenant: str) -> Tally:
        return self.by_tenant.setdefault(tenant, Tally())


class CacheStore(Protocol):
    """Each may raise RetryLaterError."""

    async def cached(self, key: bytes, tenant: str) -> bytes | None: ...
    async def forget(self, key: bytes, tenant: str) -> None: ...
    async def forget_versions(self, tenant: str, versions: Collection[str]) -> None: ...
    async def count(self, tallies: Tallies) -> None: ...
    def offer(self, key: bytes, entry: Entry, body: bytes) -> bool: ...


def cache_key(ask: Ask, *, epoch: tuple[int, int], template: str | None, resolved: str) -> bytes:
    """SHA-256 over all that an answer depends on. What was dropped of the cache has another epoch.

    Whose approach is fixed gets an answer that nobody else may get: one that is too unsure to be given otherwise.
    """
    said = (ask.messages,) if ask.own_prompt else (_normal(ask.document), _normal(ask.question), ask.examples)
    passed_on = [(name, ask.passed_on[name]) for name in sorted(ask.passed_on.keys() - WITHOUT_MEANING)]
    asked = (ask.variables, ask.cot, ask.max_output_tokens, native_of(ask))
    of_request = (ask.task_type, ask.document_type, ask.labels, said, passed_on, asked)
    fixed = ask.context.fixed if ask.context else None
    identity = (ask.tenant, epoch, template, resolved, of_request, fixed)
    return hashlib.sha256(msgspec.json.encode(identity)).digest()


def native_of(ask: Ask) -> tuple[object, ...] | None:
    """The request in its own shape, without what changes no answer."""
    if ask.native is None:
        return None
    fields, headers = ask.native.fields, sorted(ask.native.headers.items())  # those name versions and betas
    return ask.native.shape, [(name, fields[name]) for name in sorted(fields.keys() - WITHOUT_MEANING)], headers


def _normal(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


class AnswerCache:
    """`known`: which keys the store may hold; without it the store is asked after every miss in memory."""

    def __init__(
        self,
        store: CacheStore,
        memory: Memory,
        *,
        kept: timedelta,
        store_lookup: bool,
        known: KeptKeys | None = None,
    ) -> None:
        self._store, self._memory, self._kept, self._store_lookup = store, memory, kept, store_lookup
        self._known = known
        self._rests_until = 0.0
        self._tallies = Tallies()

    def expires_at(self) -> datetime:
        return datetime.now(UTC) + self._kept

    async def look_up(self, key: bytes, tenant: str, max_age_s: int | None = None) -> Entry | None:
        """A store that is away is a miss, and so is what is older than it may be."""
        now = datetime.now(UTC)
        found = self._memory.get(key, now) or await self._from_store(key, tenant, now)
        if found is not None and max_age_s is not None and found.age_s(now) > max_age_s:
            found = None
        tally = self._tallies.of(tenant)
        if found is None:
            tally.misses += 1
            return None
        self._hit(key, found, tally)
        return found

    def made_meanwhile(self, key: bytes, max_age_s: int | None) -> Entry | None:
        """By a call that ended between a look-up and now: it is in memory, and nobody has to ask the store."""
        now = datetime.now(UTC)
        found = self._memory.get(key, now)
        return None if found is None or (max_age_s is not None and found.age_s(now) > max_age_s) else found

    async def look_for_keys(self) -> bool:
        """One round; true: there is more to read. Raises RetryLaterError."""
        return await self._known.look() if self._known is not None else False

    def shared(self, key: bytes, entry: Entry) -> None:
        """What was taken for a miss became a hit: another's call under way answered it."""
        tally = self._tallies.of(entry.tenant)
        tally.misses -= 1
        self._hit(key, entry, tally)

    def _hit(self, key: bytes, found: Entry, tally: Tally) -> None:
        tally.hits += 1
        tally.saved_nano += int(found.cost_usd * NANO)
        if len(self._tallies.by_entry) < TALLIED or key in self._tallies.by_entry:
            self._tallies.by_entry[key] += 1

    async def _from_store(self, key: bytes, tenant: str, now: datetime) -> Entry | None:
        if not self._store_lookup or time.monotonic() < self._rests_until:
            return None
        if self._known is not None and not self._known.may_hold(key):
            return None
        try:
            with Within(LOOK_PATIENCE_S):
                body = await self._store.cached(key, tenant)
        except (RetryLaterError, TimeoutError):
            self._rests_until = time.monotonic() + REST_S
            return None
        entry = _read(body) if body is not None else None
        if body is None or entry is None or entry.expires_at <= now:
            return None
        self._memory.put(key, entry, len(body))
        return entry

    def keep(self, key: bytes, entry: Entry) -> None:
        body = msgspec.json.encode(entry)
        self._memory.put(key, entry, len(body))
        if self._store.offer(key, entry, body) and self._known is not None:
            self._known.add(key)

    async def make_way(self, key: bytes, tenant: str) -> None:
        """Before a fresh answer takes the place of a kept one."""
        try:
            async with asyncio.timeout(LOOK_PATIENCE_S):
                await self._store.forget(key, tenant)
        except (RetryLaterError, TimeoutError):
            return  # the old one stays in the store until it expires; this replica's memory has the new one

    def drop_versions(self, tenant: str, versions: Collection[str]) -> int:
        return self._memory.drop_where(lambda e: e.tenant == tenant and e.version_id in versions)

    def drop(self, tenant: str, drop: Drop) -> int:
        return self._memory.drop_where(lambda e: e.tenant == tenant and drop.takes(e))

    def drop_document(self, tenant: str, document_id: str) -> int:
        return self._memory.drop_where(
            lambda e: e.grounding is not None and e.tenant == tenant and document_id in e.documents
        )

    def forget(self, person: Person) -> int:
        return self._memory.drop_where(lambda e: e.tenant == person.tenant and e.user == person.name)

    async def flush(self) -> None:
        """Writes the tallies. Raises RetryLaterError, and then they wait for the next round."""
        tallies, self._tallies = self._tallies, Tallies()
        if not tallies.by_tenant:
            return
        try:
            await self._store.count(tallies)
        except RetryLaterError:
            self._take_back(tallies)
            raise

    def _take_back(self, tallies: Tallies) -> None:
        self._tallies.by_entry.update(tallies.by_entry)
        for tenant, tally in tallies.by_tenant.items():
            mine = self._tallies.of(tenant)
            mine.hits, mine.misses = mine.hits + tally.hits, mine.misses + tally.misses
            mine.saved_nano += tally.saved_nano


def _read(body: bytes) -> Entry | None:
    """None for what another release of this service wrote in a way that is not understood here."""
    try:
        return msgspec.json.decode(body, type=Entry)
    except msgspec.DecodeError:
        return None
