from collections.abc import Collection
from dataclasses import dataclass, field

import pytest

from ratchet_common.errors import RetryLaterError
from ratchet_common.forgotten import Person
from ratchet_router.changed_documents import ChangedDocument
from ratchet_router.still_to_forget import AT_ONCE, StillToForget
from tests.unit.router.asks import NOW

ANN = Person("acme", "a digest", NOW)


@dataclass
class Store:
    """Both of them. `away_after`: so many deletions it takes."""

    away_after: int = 1_000
    withdrawn: list[tuple[set[tuple[str, str]], set[tuple[str, str]]]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    async def withdraw(self, documents: Collection[tuple[str, str]], persons: Collection[tuple[str, str]]) -> None:
        self.withdrawn.append((set(documents), set(persons)))

    async def forget_person(self, person: Person) -> None:
        self._goes(person.name)

    async def forget(self, tenant: str, document_id: str) -> None:
        self._goes(f"{tenant}:{document_id}")

    def _goes(self, what: str) -> None:
        if len(self.gone) == self.away_after:
            raise RetryLaterError("The store is away.")
        self.gone.append(what)


def heard(store: Store, documents: int) -> StillToForget:
    still = StillToForget(store, store)
    still.hear(ANN)
    for n in range(documents):
        still.hear(ChangedDocument("acme", f"d{n}", NOW))
    return still


async def test_what_waits_to_be_written_goes_before_what_is_written() -> None:
    store = Store()
    assert not await heard(store, 2).one_round()
    assert store.withdrawn == [({("acme", "d0"), ("acme", "d1")}, {("acme", "a digest")})]
    assert store.gone == ["a digest", "acme:d0", "acme:d1"]


async def test_a_store_that_goes_away_midway_is_told_the_rest_when_it_is_back() -> None:
    store = Store(away_after=2)
    still = heard(store, 3)
    with pytest.raises(RetryLaterError):
        await still.one_round()
    with pytest.raises(RetryLaterError):
        await still.one_round()
    store.away_after = 1_000
    assert not await still.one_round()
    assert store.gone == ["a digest", "acme:d0", "acme:d1", "acme:d2"]
    assert not await still.one_round()
    assert len(store.gone) == 4


async def test_many_go_in_several_rounds() -> None:
    store = Store()
    still = heard(store, AT_ONCE + 1)
    assert await still.one_round()
    assert not await still.one_round()
    assert len(store.gone) == AT_ONCE + 2
