"""Whom limits hold for, and the slices that this replica holds for them: bounded, the least recently used go first."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import msgspec

from ratchet_common.auth import Caller
from ratchet_common.limits import Limits
from ratchet_common.persons import digest_of_some
from ratchet_router.limits.allowances import Subject, allowances
from ratchet_router.limits.file import LimitsFile
from ratchet_router.limits.slices import Slice

IDLE_S = 5.0  # then a subject's slices go back, for other replicas to use
LOOKED_AT = 64  # for one that may go, when there are too many
KEY_DIGITS = 32

Name = tuple[Subject, str, str]  # what it is, whose tenant's, and which


class Who(msgspec.Struct, frozen=True):
    """`key`: the digest of the caller's token; `key_limits`: what its row in the tokens file says."""

    tenant: str
    key: str
    key_limits: Limits | None = None
    user: str | None = None

    @classmethod
    def of(cls, caller: Caller, user: str | None) -> Self:
        return cls(caller.tenant, caller.sha256, caller.limits, user)

    @property
    def person(self) -> str | None:
        """A digest of the user, for what is kept."""
        return digest_of_some(self.tenant, self.user)


@dataclass(slots=True, eq=False)
class Tracked:
    limits: Limits
    name: str
    slices: list[Slice]
    until: float  # the first of its windows ends
    used_at: float

    @property
    def in_flight(self) -> bool:
        return any(one.in_flight or one.lock.locked() for one in self.slices)


class Subjects:
    def __init__(self, file: LimitsFile, *, most: int) -> None:
        self._file, self._most = file, most
        self._known: OrderedDict[Name, Tracked] = OrderedDict()
        self._left: list[Slice] = []

    def use(self, file: LimitsFile) -> None:
        """Other limits from now on. What a tenant, key or user has used stays used."""
        self._file = file
        self.leave_all()

    def __len__(self) -> int:
        return len(self._known)

    def slices(self, who: Who, now: float) -> list[Slice]:
        """All that bind this caller; none: nothing does."""
        file, tenant = self._file, who.tenant
        found: list[Slice] = []
        if (limits := file.of_tenant(tenant)) is not None:
            found += self._slices(("tenant", tenant, ""), limits, now)
        if (limits := who.key_limits or file.of_key(tenant)) is not None:
            found += self._slices(("key", tenant, who.key), limits, now)
        if who.user is not None and (limits := file.of_user(tenant, who.user)) is not None:
            found += self._slices(("user", tenant, who.user), limits, now)
        return found

    def _slices(self, name: Name, limits: Limits, now: float) -> list[Slice]:
        tracked = self._known.get(name)
        if tracked is None or tracked.limits is not limits:
            tracked = self._track(name, limits, now)
        elif tracked.until <= now:
            self._turn(name, tracked, now)
        tracked.used_at = now
        self._known.move_to_end(name)
        return tracked.slices

    def _track(self, name: Name, limits: Limits, now: float) -> Tracked:
        if (before := self._known.pop(name, None)) is not None:
            self._left += before.slices
        if len(self._known) >= self._most:
            self._make_room()
        digits = _digits(name)
        slices = _fresh(name, limits, digits, now)
        tracked = self._known[name] = Tracked(limits, digits, slices, _first_end(slices), now)
        return tracked

    def _turn(self, name: Name, tracked: Tracked, now: float) -> None:
        """A window has ended: its budget's slice goes, a rate's stays."""
        fresh = {one.allowance.key: one for one in _fresh(name, tracked.limits, tracked.name, now)}
        stay = {one.allowance.key: one for one in tracked.slices if one.allowance.key in fresh}
        self._left += [one for one in tracked.slices if one.allowance.key not in fresh]
        tracked.slices = list((fresh | stay).values())
        tracked.until = _first_end(tracked.slices)

    def _make_room(self) -> None:
        """One that waits for nothing; if all of the oldest do, there is one too many for a while."""
        oldest = (name for _, name in zip(range(LOOKED_AT), self._known, strict=False))
        idle = next((name for name in oldest if not self._known[name].in_flight), None)
        if idle is not None:
            self._left += self._known.pop(idle).slices

    def leave_idle(self, now: float) -> None:
        idle = [name for name, tracked in self._unused_since(now - IDLE_S) if not tracked.in_flight]
        for name in idle:
            self._left += self._known.pop(name).slices

    def leave_all(self) -> None:
        self._left += [one for tracked in self._known.values() for one in tracked.slices]
        self._known.clear()

    def left_behind(self, *, in_flight_too: bool = False) -> list[Slice]:
        """Slices that nobody reserves from any more, each once: what they hold is to go back to the store."""
        ready = [one for one in self._left if in_flight_too or not one.in_flight]
        self._left = [] if in_flight_too else [one for one in self._left if one.in_flight]
        return ready

    def _unused_since(self, then: float) -> Iterator[tuple[Name, Tracked]]:
        for name, tracked in self._known.items():
            if tracked.used_at > then:
                return
            yield name, tracked

    def hoarded(self, now: float) -> list[Slice]:
        """Of those that only wait for the end of a long answer: slices that others could use."""
        waiting = [tracked for _, tracked in self._unused_since(now - IDLE_S) if tracked.in_flight]
        return [one for tracked in waiting for one in tracked.slices if one.left > 0]


def _digits(name: Name) -> str:
    """People's names stay out of the store's keys, and no name is like another's."""
    _, tenant, which = name
    return hashlib.sha256(f"{tenant}\0{which}".encode()).hexdigest()[:KEY_DIGITS] if which else ""


def _fresh(name: Name, limits: Limits, digits: str, now: float) -> list[Slice]:
    subject, tenant, _ = name
    return [Slice(allowance) for allowance in allowances(limits, tenant, subject, digits, now)]


def _first_end(slices: list[Slice]) -> float:
    return min((one.allowance.until for one in slices), default=float("inf"))
