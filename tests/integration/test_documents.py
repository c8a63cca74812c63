"""Documents over HTTP: sent in, read by the workers of a process's other half, searched, and gone."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio

from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_router.documents.worker_main import build_worker
from ratchet_router.main import build
from ratchet_router.settings import RouterSettings
from tests.integration.conftest import Ground, Running, Tenant, running_app
from tests.integration.router_site import until
from tests.unit.documents.office import changed, docx_of, xlsx_of
from tests.unit.documents.pdfs import At, pdf
from tests.unit.router.documents.memory_index import MemoryIndex

pytestmark = pytest.mark.asyncio(loop_scope="module")
LIMIT = 2_000_000
REPORT = "# Apple Inc. quarterly report\n\nFor the quarterly period ended June 25, 2022. Net sales rose by {}.\n"


@dataclass(frozen=True, slots=True)
class Site:
    app: Running
    worker: Running
    tenant: Tenant
    other: str
    files: Path
    index: MemoryIndex

    async def send(
        self, content: bytes | str, name: str | None = "a.md", headers: dict[str, str] | None = None, **fields: str
    ) -> tuple[int, Any]:
        form = aiohttp.FormData(fields)
        raw = content if isinstance(content, bytes) else content.encode()
        form.add_field("file", raw, filename=name, content_type="application/octet-stream")
        async with self.app.http.post(f"{self.app.url}/api/documents", data=form, headers=headers) as answer:
            return answer.status, await answer.json()

    async def ended(self, id_: str) -> dict[str, Any]:
        async def over() -> dict[str, Any] | None:
            _, found = await self.app.get(f"/api/documents/{id_}")
            return found if found["state"] in ("ready", "refused", "failed") else None

        found: dict[str, Any] = await until(over)
        return found

    async def read(self, content: bytes | str, name: str = "a.md", **fields: Any) -> dict[str, Any]:
        status, sent = await self.send(content, name, **fields)
        assert status == 201, sent
        return await self.ended(sent["id"])

    def kept(self) -> int:
        return len(list(self.files.iterdir())) if self.files.exists() else 0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(stack: Ground, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with site_at(stack, tmp_path_factory.mktemp("documents")) as its:
        yield its


@asynccontextmanager
async def site_at(stack: Ground, folder: Path, **how: Any) -> AsyncIterator[Site]:
    name = f"tenant-{uuid4().hex[:8]}"
    (token, row), (other, theirs) = (new_token(n, frozenset(Scope)) for n in (name, f"{name}-other"))
    write_tokens(folder / "tokens.json", [row, theirs])
    tenant = Tenant(name, token, folder / "tokens.json")
    settings = RouterSettings(
        kafka_bootstrap_servers=stack.kafka_bootstrap_servers,
        kafka_idempotence=stack.idempotence,
        kafka_session_timeout_ms=stack.session_timeout_ms,
        kafka_partitions=3,
        bus_forgets=stack.forgets,
        mongodb_url=stack.mongodb_url,
        tokens_file=tenant.tokens_file,
        documents_url=(folder / "files").as_uri(),
        document_bytes=LIMIT,
        **how,
    )
    index = MemoryIndex()
    async with (
        running_app(build(settings), tenant) as app,
        running_app(build_worker(settings, lambda _: index), tenant) as worker,
    ):
        yield Site(app, worker, tenant, other, folder / "files", index)


async def test_a_document_comes_is_searched_and_goes(site: Site) -> None:
    status, sent = await site.send(REPORT.format("3 percent"), "10-Q.md", company="Apple", user_id="ann")
    assert (status, sent["outcome"], sent["state"], sent["revision"]) == (201, "new_document", "received", 1)
    found = await site.ended(sent["id"])
    read = found["searchable"]
    assert (found["state"], read["kind"], read["pages"], read["chunks"]) == ("ready", "markdown", 1, 1)
    assert read["metadata"]["company"] == {"value": "Apple", "place": "given", "page": 0, "assumption": ""}
    assert (read["metadata"]["period"]["value"], read["metadata"]["period"]["page"]) == ("2022-Q2", 1)
    assert any("3 percent" in one.chunk.text for one in site.index.kept[site.tenant.name, sent["id"]])
    async with site.app.http.get(f"{site.app.url}/api/documents/{sent['id']}/content") as answer:
        assert (answer.status, await answer.text()) == (200, REPORT.format("3 percent"))
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''10-Q.md"
    async with site.app.http.delete(f"{site.app.url}/api/documents/{sent['id']}") as answer:
        assert (answer.status, (await answer.json())["state"]) == (202, "deleting")

    async def gone() -> bool:
        return (await site.app.get(f"/api/documents/{sent['id']}"))[0] == 404

    assert await until(gone)
    assert (site.tenant.name, sent["id"]) not in site.index.kept


async def test_the_same_again_is_said_and_another_is_a_revision(site: Site) -> None:
    first = await site.read(REPORT.format("4 percent"), "q.md")
    status, same = await site.send(REPORT.format("4 percent"), "renamed.md")
    assert (status, same["outcome"], same["id"]) == (200, "same_document", first["id"])
    assert "there already" in same["said"]
    revised = await site.read(REPORT.format("5 percent"), "q.md")
    assert (revised["id"], revised["revision"], revised["searchable"]["revision"]) == (first["id"], 2, 2)
    headers = {"Idempotency-Key": uuid4().hex}
    for _ in range(2):
        status, sent = await site.send(REPORT.format("6 percent"), "k.md", headers)
        assert (status, sent["outcome"]) == (201, "new_document")
    status, problem = await site.send("another", "k.md", headers)
    assert (status, problem["type"]) == (422, "urn:ratchet:problem:idempotency-mismatch")


def _bomb() -> bytes:
    return changed(docx_of(lambda d: d.add_paragraph("A")), {"word/media/x.xml": lambda _: b" " * 20_000_000})


def _locked() -> bytes:
    word = "00" * 32
    how = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{word}> /U <{word}> /P -4 >> /ID [<00> <00>]"
    return pdf([[At(72, 700, "Locked.")]], more=how)


def _million() -> bytes:
    rows = b"".join(b"<row><c><v>%d</v></c></row>" % (number * 7_919) for number in range(110_000))
    spreadsheet = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (spreadsheet, rows)
    return changed(xlsx_of(lambda book: book.active.append(["a"])), {"xl/worksheets/sheet1.xml": lambda _: sheet})


@pytest.mark.parametrize(
    ("name", "make", "reason"),
    [
        ("scan.pdf", lambda: pdf([[], []]), "no_text"),
        ("locked.pdf", _locked, "encrypted"),
        ("bomb.docx", _bomb, "zip_bomb"),
        ("million.xlsx", _million, "too_large"),
        ("cut.pdf", lambda: pdf([[At(72, 700, "Cut.")]])[:200], "broken"),
        ("picture.png", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "unknown_kind"),
        ("empty.txt", lambda: b"", "empty"),
    ],
)
async def test_what_cannot_be_read_is_refused_and_leaves_nothing(site: Site, name: str, make: Any, reason: str) -> None:
    before = site.kept()
    found = await site.read(make(), name)
    assert (found["state"], found["refusal"]["type"], found["searchable"]) == ("refused", reason, None)
    assert found["refusal"]["sentence"].endswith(".")
    assert (site.tenant.name, found["id"]) not in site.index.kept

    async def cleared() -> bool:
        return site.kept() == before

    assert await until(cleared)
    assert (await site.app.get(f"/api/documents/{found['id']}/content"))[0] == 404


async def test_what_is_assumed_is_said(site: Site) -> None:
    found = await site.read("שלום עולם. זהו מסמך שנכתב מימין לשמאל.\n" * 5, "hebrew.txt")
    assert any("right to left" in said for said in found["searchable"]["assumptions"])

    def merged(book: Any) -> None:
        for row in (["Region", "Year", "Sales"], ["Europe", "2021", 1], [None, "2022", 2]):
            book.active.append(row)
        book.active.merge_cells("A2:A3")

    found = await site.read(xlsx_of(merged), "merged.xlsx")
    (passage,) = site.index.kept[site.tenant.name, found["id"]]
    assert passage.chunk.text.count("Europe") == 2


async def test_one_over_the_limit_is_refused_before_all_of_it_is_read(site: Site) -> None:
    before = site.kept()
    assert (await site.send(b"x" * (LIMIT + 100_000)))[0] == 413

    async def without_end() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        for _ in range(100):
            yield b"x" * 100_000

    headers = {"Content-Type": "multipart/form-data; boundary=b", "Connection": "close"}
    async with site.app.http.post(f"{site.app.url}/api/documents", data=without_end(), headers=headers) as answer:
        assert answer.status == 413
    assert site.kept() == before


async def test_an_upload_that_is_cut_off_leaves_nothing(site: Site) -> None:
    before = site.kept()
    host, port = site.app.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="cut.txt"\r\n\r\nhalf of it'
    head = (
        f"POST /api/documents HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {site.tenant.token}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n"
    )
    writer.write(head.encode() + part)
    await writer.drain()

    async def begun() -> bool:
        return site.kept() > before

    assert await until(begun)
    writer.close()

    async def gone() -> bool:
        return site.kept() == before

    assert await until(gone)
    _, listed = await site.app.get("/api/documents?limit=200")
    assert "cut.txt" not in {one["name"] for one in listed["items"]}
    for body in (part, part + b"\r\n--b", b"--c--\r\n", b""):
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        async with site.app.http.post(f"{site.app.url}/api/documents", data=body, headers=headers) as answer:
            assert (answer.status, answer.content_type) == (422, "application/problem+json")
    assert site.kept() == before


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"period": "third quarter"}, "period"),
        ({"date": "29.7.2022"}, "date"),
        ({"document_type": "novel"}, "document_type"),
        ({"document_id": "doc_1"}, "document_id"),
        ({"titel": "x"}, "titel"),
        ({"title": "x" * 301}, "title"),
    ],
)
async def test_a_wrong_field_is_named(site: Site, fields: dict[str, Any], named: str) -> None:
    status, problem = await site.send("text", "a.txt", **fields)
    assert (status, problem["errors"][0]["field"]) == (422, named)


async def test_of_a_period_that_is_written_otherwise_it_is_said_how(site: Site) -> None:
    how = "a period is written as 2022-Q3, 2022-H1 or 2022"
    for status, problem in (
        await site.send("text", "a.txt", period="third quarter"),
        await site.app.get("/api/documents/graph?period=FY22"),
    ):
        assert (status, problem["errors"][0]["message"].removeprefix("Value error, ")) == (422, how)


async def test_a_form_needs_one_file_with_a_name(site: Site) -> None:
    nameless = b'--b\r\nContent-Disposition: form-data; name="file"; filename="../"\r\n\r\ntext\r\n--b--\r\n'
    typed = {"Content-Type": "multipart/form-data; boundary=b"}
    async with site.app.http.post(f"{site.app.url}/api/documents", data=nameless, headers=typed) as answer:
        assert (answer.status, (await answer.json())["errors"][0]["field"]) == (422, "file")
    status, problem = await site.app.post("/api/documents", {"file": "text"})
    assert (status, problem["errors"][0]["field"]) == (422, "body")
    form = aiohttp.FormData()
    for name in ("a.txt", "b.txt"):
        form.add_field("file", b"text", filename=name)
    async with site.app.http.post(f"{site.app.url}/api/documents", data=form) as answer:
        assert answer.status == 422


async def test_anothers_document_looks_like_one_that_is_not_there(site: Site) -> None:
    found = await site.read(REPORT.format("7 percent"), "mine.md")
    theirs = {"Authorization": f"Bearer {site.other}"}
    for id_ in (found["id"], "doc_" + "0" * 32):
        seen = [await site.app.get(f"/api/documents/{id_}{rest}", headers=theirs) for rest in ("", "/content")]
        async with site.app.http.delete(f"{site.app.url}/api/documents/{id_}", headers=theirs) as answer:
            seen.append((answer.status, await answer.json()))
        status, problem = await site.send("text", "b.txt", theirs, document_id=id_)
        assert {one for one, _ in [*seen, (status, problem)]} == {404}
        assert {json.dumps(one) for _, one in [seen[0], seen[2], (status, problem)]} == {json.dumps(problem)}
    assert (await site.app.get("/api/documents", headers=theirs))[1]["items"] == []
    assert (await site.app.get(f"/api/documents/{found['id']}"))[0] == 200


async def test_the_list_goes_on_page_by_page(site: Site) -> None:
    ids = [(await site.send(f"page {n} {uuid4().hex}", f"page-{n}.txt"))[1]["id"] for n in range(3)]
    listed, cursor = [], ""
    while cursor is not None:
        _, page = await site.app.get(f"/api/documents?limit=2{cursor and f'&cursor={cursor}'}")
        listed += [one["id"] for one in page["items"]]
        cursor = page["next"]
    assert [one for one in listed if one in ids] == ids[::-1]
    assert len(listed) == len(set(listed))


async def test_the_worker_says_how_it_is(site: Site) -> None:
    assert (await site.worker.get("/readyz"))[0] == 200
    async with site.worker.http.get(f"{site.worker.url}/metrics") as answer:
        shown = await answer.text()
    for name in (
        'ratchet_documents{state="received"}',
        "ratchet_documents_age_seconds",
        "ratchet_document_seconds_count",
    ):
        assert name in shown


async def test_a_name_with_a_quotation_mark_is_one_name_however_it_is_sent(site: Site) -> None:
    typed = {"Content-Type": "multipart/form-data; boundary=b"}
    ids = set()
    for number, name in enumerate('naïve (v2), "a"%.txt'.replace('"', as_) for as_ in ("%22", '\\"')):
        part = (
            f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\ntext {number}\r\n--b--\r\n'
        )
        async with site.app.http.post(f"{site.app.url}/api/documents", data=part.encode(), headers=typed) as answer:
            sent = await answer.json()
        assert sent["name"] == 'naïve (v2), "a"%.txt'
        ids.add(sent["id"])
    assert len(ids) == 1
