"""Use case of every service: a user asked to be forgotten.

First it is noted that he is, then what is his goes, then the service says what it removed. What comes in later and is
older than the wish is turned away by the note; what came in meanwhile is looked for once more after it was written.
So whichever of the two comes second sees the other. What is turned away is looked for, too: it may have been written by
an earlier attempt, which failed or was killed before it could look.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from ratchet_common.events import ErasureAsked
from ratchet_common.forgotten import MongoForgotten, Person, letters_of
from ratchet_common.messaging import Handle
from ratchet_common.mongo import Database
from ratchet_common.persons import digest, mentions

Step = Callable[[Person], AsyncIterator[int]]  # removes one kind of things, and says how many as it goes
NameOf = Callable[[str, str], str]  # (tenant, user): what this service knows him by
NameIn = Callable[[ErasureAsked], Awaitable[str | None]]
Event = Any  # a PredictionMade or a FeedbackJoined


class ForgottenStore(Protocol):
    async def begin(self, person: Person, erasure_id: UUID) -> bool: ...
    async def count(self, person: Person, erasure_id: UUID, kind: str, removed: int) -> None: ...
    async def end(self, person: Person, erasure_id: UUID) -> None: ...
    async def among(self, names: Collection[tuple[str, str]]) -> dict[tuple[str, str], datetime]: ...


async def as_it_travels(asked: ErasureAsked) -> str:
    return asked.user


@dataclass(frozen=True)
class Forgetting:
    """`steps`: by the kind of what they remove. `name_in` gives None for an erasure that this service does not know."""

    forgotten: ForgottenStore
    steps: Mapping[str, Step]
    name_of: NameOf = digest
    name_in: NameIn = as_it_travels

    async def on_erasures(self, asked: Sequence[ErasureAsked]) -> None:
        for event in asked:
            name = await self.name_in(event)
            if name is not None:
                await self._forget(Person(event.tenant, name, event.occurred_at), event.erasure_id)

    async def _forget(self, person: Person, erasure_id: UUID) -> None:
        if not await self.forgotten.begin(person, erasure_id):
            return
        for kind, step in self.steps.items():
            async for removed in step(person):
                if removed:
                    await self.forgotten.count(person, erasure_id, kind, removed)
        await self.forgotten.end(person, erasure_id)

    def sparing(self, handle: Handle, instead: Callable[[Event], Event] | None = None) -> Handle:
        """`handle`, without events that an erasure took. `instead`: what is handled in their place."""

        async def on_events(events: Sequence[Event]) -> None:
            taken = await self._taken(events)
            if instead is None:
                left = [event for number, event in enumerate(events) if number not in taken]
            else:
                left = [instead(event) if number in taken else event for number, event in enumerate(events)]
            if left:
                await handle(left)
            written_by_now = await self._taken(events)
            for person in set().union(*written_by_now.values()):
                await self._forget_again(person)

        return on_events

    async def _forget_again(self, person: Person) -> None:
        for step in self.steps.values():
            async for _ in step(person):
                pass

    async def _taken(self, events: Sequence[Event]) -> dict[int, set[Person]]:
        """By their places, the events that an erasure took, and whose it was."""
        named = [(n, said, self.name_of(said.tenant, said.user)) for n, e in enumerate(events) for said in mentions(e)]
        known = await self.forgotten.among({(said.tenant, name) for _, said, name in named})
        taken: dict[int, set[Person]] = {}
        for number, said, name in named:
            until = known.get((said.tenant, name))
            if until is not None and said.at <= until:
                taken.setdefault(number, set()).add(Person(said.tenant, name, until))
        return taken


async def forgetting(
    database: Database,
    service: str,
    steps: Mapping[str, Step],
    *,
    name_of: NameOf = digest,
    name_in: NameIn = as_it_travels,
) -> Forgetting:
    """With the service's dead letters among what goes. Its outboxes are in the collection `forgotten`."""
    forgotten = MongoForgotten(database, service)
    await forgotten.create_indexes()

    def letters(person: Person) -> AsyncIterator[int]:
        return letters_of(database.dead_letters, person, name_of)

    return Forgetting(forgotten, {**steps, "dead_letters": letters}, name_of, name_in)
