"""What is known of a tenant's documents: of those that can be searched, a moment old at most."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec import structs

from ratchet_documents.asked_documents import About
from ratchet_router.documents.document import DocumentRecord, Read, Said, Served, State
from ratchet_router.grounding.known import FRESH_S, MOST, WHOLE_S, Known, KnownDocuments
from tests.unit.router.documents.records import NOW, record

METADATA = {
    "title": Said("Report of Acme", "title"),
    "company": Said("Acme, Inc.", "text", 1),
    "period": Said("2023-Q1", "text", 1),
    "period_end": Said("2023-03-31", "text", 1),
}
READ = Read(kind="text", divided="not", pages=1, chunks=1, metadata=METADATA)
SERVED = Served(revision=1, file="f", size=1, name="a.md", received_at=NOW, ready_at=NOW, read=READ)


@dataclass
class Store:
    records: dict[str, DocumentRecord] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)

    def put(self, id_: str, at_s: float, *, state: State = "ready", served: Served | None = SERVED) -> None:
        at = NOW + timedelta(seconds=at_s)
        self.records[id_] = record(id=id_, state=state, served=served, changed_at=at)

    async def there(self, tenant: str, most: int) -> list[DocumentRecord]:
        self.reads.append("whole")
        found = [one for one in self.records.values() if one.tenant == tenant and one.state != "deleting"]
        return found[:most]

    async def changed_since(self, tenant: str, since: datetime, most: int) -> list[DocumentRecord]:
        self.reads.append("changes")
        return [one for one in self.records.values() if one.tenant == tenant and one.changed_at >= since][:most]


@dataclass
class Clock:
    at: float = 1000.0

    def __call__(self) -> float:
        return self.at


async def test_those_that_can_be_searched_are_known_by_what_was_read_of_them() -> None:
    store = Store()
    store.put("a", 0)
    store.put("b", 0, state="parsing", served=None)
    store.put("c", 0, state="parsing")  # its older revision is searched meanwhile
    known = await KnownDocuments(store).of("acme")
    assert known.documents[0] == About("a", "Report of Acme", "Acme, Inc.", "2023-Q1", "2023-03-31", file="a.md")
    assert [one.document_id for one in known.documents] == ["a", "c"]
    assert await KnownDocuments(store).of("other") == Known(none=True)


async def test_for_a_moment_it_is_not_asked_again_and_then_for_what_has_changed() -> None:
    store, clock = Store(), Clock()
    known = KnownDocuments(store, clock)

    async def ids() -> list[str]:
        return [one.document_id for one in (await known.of("acme")).documents]

    store.put("a", 0)
    assert await ids() == ["a"]
    store.put("b", 200)
    assert (await ids(), store.reads) == (["a"], ["whole"])
    clock.at += FRESH_S
    assert (await ids(), store.reads) == (["a", "b"], ["whole", "changes"])
    store.put("a", 190, state="deleting")  # by a clock that is behind
    clock.at += FRESH_S
    assert await ids() == ["b"]
    clock.at += WHOLE_S
    assert (await ids(), store.reads[-1]) == (["b"], "whole")


async def test_the_first_document_is_known_at_once() -> None:
    store, clock = Store(), Clock()
    known = KnownDocuments(store, clock)
    store.put("a", 0, state="parsing", served=None)
    assert await known.of("acme") == Known(none=True)
    store.put("a", 1)
    assert [one.document_id for one in (await known.of("acme")).documents] == ["a"]
    store.put("a", 2, state="deleting")
    clock.at += FRESH_S
    assert await known.of("acme") == Known(none=True)


async def test_of_too_many_none_is_told() -> None:
    store = Store()
    for number in range(MOST + 1):
        store.put(f"d{number}", 0)
    assert await KnownDocuments(store).of("acme") == Known((), too_many=True)


async def test_what_becomes_too_many_is_told_no_more() -> None:
    store, clock = Store(), Clock()
    known = KnownDocuments(store, clock)
    for number in range(MOST):
        store.put(f"d{number}", 0)
    assert len((await known.of("acme")).documents) == MOST
    store.put("one more", 100)
    clock.at += FRESH_S
    assert await known.of("acme") == Known((), too_many=True)


async def test_all_periods_of_a_document_are_known_where_they_were_read() -> None:
    store = Store()
    columns = Read(
        kind="xlsx",
        divided="sheets",
        pages=1,
        chunks=1,
        metadata=METADATA | {"periods": Said("2023, 2022", "text", 1)},
    )
    store.put("a", 0, served=structs.replace(SERVED, read=columns))
    store.put("b", 0)  # as it was read before there were any
    known = await KnownDocuments(store).of("acme")
    assert [one.periods for one in known.documents] == [("2023", "2022"), ()]
