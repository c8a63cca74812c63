"""1,000 pages of public reports, as files of several kinds, from an upload until they can be searched, on two cores."""

import asyncio
import gzip
import io
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, Final

import aiohttp
import docx

from ratchet_cli.stack.ports import free_ports
from ratchet_cli.stack.start import start_stack
from ratchet_common.auth import Scope, new_token, write_tokens
from tests.bench.cores import cpu_s, process, resident_mb
from tests.bench.figure import Figure
from tests.bench.public_data import FOLDER, DataMissingError
from tests.unit.documents.pdfs import At, pdf

PAGES: Final = FOLDER / "sec_10q/pages.jsonl.gz"
WITHIN_S: Final = 180.0
GROWS_MB: Final = 60.0
ROUNDS: Final = 3  # of the same pages under other names and words: memory is looked at after each
KINDS: Final = ("pdf", "docx", "md", "txt", "html")
CORES: Final = {0, 1}
ENDED: Final = ("ready", "refused", "failed")


def run() -> list[Figure]:
    reports = list(_reports())
    pages = sum(len(texts) for _, texts in reports)
    with tempfile.TemporaryDirectory(prefix="ratchet-bench-") as place, start_stack(Path(place) / "stack") as stack:
        folder = Path(place)
        token, row = new_token("bench", frozenset(Scope))
        write_tokens(folder / "tokens.json", [row])
        router_port, worker_port = free_ports(2)
        environment = {
            "KAFKA_BOOTSTRAP_SERVERS": stack.kafka_bootstrap_servers,
            "KAFKA_IDEMPOTENCE": "false",
            "KAFKA_PARTITIONS": "3",
            "BUS_FORGETS": "true",
            "MONGODB_URL": stack.mongodb_url,
            "TOKENS_FILE": str(folder / "tokens.json"),
            "LOG_LEVEL": "WARNING",
            "ROUTER_DOCUMENTS_URL": (folder / "files").as_uri(),
            "ROUTER_INDEX_URL": (folder / "index").as_uri(),
        }
        commands = {"router": "ratchet_router", "documents": "ratchet_router.documents"}
        ports = {"router": router_port, "documents": worker_port}
        with (
            process(
                "router",
                [sys.executable, "-m", commands["router"]],
                ports["router"],
                environment | {"PORT": str(router_port)},
                folder,
                cores=CORES,
            ) as router,
            process(
                "documents",
                [sys.executable, "-m", commands["documents"]],
                ports["documents"],
                environment | {"PORT": str(worker_port)},
                folder,
                cores=CORES,
            ) as worker,
        ):
            router.wait_until_ready()
            worker.wait_until_ready()
            assert worker.process is not None
            return asyncio.run(_measured(router.url, token, reports, pages, worker.process.pid))


def _reports() -> Iterator[tuple[str, list[str]]]:
    """Each report with the texts of its pages."""
    if not PAGES.exists():
        raise DataMissingError(f"{PAGES} is missing.")
    found: dict[str, list[str]] = {}
    with gzip.open(PAGES, "rt", encoding="utf-8") as lines:
        for line in lines:
            page: dict[str, Any] = json.loads(line)
            found.setdefault(page["doc_name"], []).append(page["text"])
    yield from found.items()


def _file(kind: str, texts: list[str], mark: str) -> bytes:
    """`mark`: what makes it another document."""
    pages = [f"{mark}\n{text}" for text in texts]
    if kind == "pdf":
        return pdf([[At(40, 760 - 9 * n, _latin(line), 7) for n, line in enumerate(_lines(page))] for page in pages])
    if kind == "docx":
        document = docx.Document()
        for page in pages:
            for line in page.splitlines():
                document.add_paragraph(_latin(line))
            document.add_page_break()  # type: ignore[no-untyped-call]
        held = io.BytesIO()
        document.save(held)
        return held.getvalue()
    if kind == "html":
        lines = [escape(line) for page in pages for line in page.splitlines()]
        return f"<html><body>{''.join(f'<p>{line}</p>' for line in lines)}</body></html>".encode()
    return ("\f" if kind == "txt" else "\n\n").join(pages).encode()


def _lines(page: str) -> list[str]:
    return [line[:150] for line in page.splitlines() if line.strip()][:84]


def _latin(text: str) -> str:
    return "".join(letter for letter in text.encode("cp1252", "ignore").decode("cp1252") if letter.isprintable())


async def _measured(url: str, token: str, reports: list[tuple[str, list[str]]], pages: int, pid: int) -> list[Figure]:
    seconds: list[float] = []
    memory: list[float] = []
    chunks = 0
    cpu = cpu_s(pid)
    async with aiohttp.ClientSession(url, headers={"Authorization": f"Bearer {token}"}) as http:
        for turn in range(ROUNDS):
            files = [_named(number, texts, turn) for number, (_, texts) in enumerate(reports)]
            began = time.monotonic()
            ids = [await _sent(http, name, content) for name, content in files]
            ended = [await _ended(http, one) for one in ids]
            seconds.append(time.monotonic() - began)
            memory.append(resident_mb(pid))
            bad = [one["refusal"] for one in ended if one["state"] != "ready"]
            if bad:
                raise AssertionError(f"not all were read: {bad}")
            chunks = sum(one["searchable"]["chunks"] for one in ended)
    grown, thousand = memory[-1] - memory[0], 1000 / pages
    first, last, own = seconds[0] * thousand, seconds[-1] * thousand, (cpu_s(pid) - cpu) / ROUNDS * thousand
    many = f"{pages:,} pages in {len(reports)} files (PDF, DOCX, Markdown, text, HTML), {chunks:,} chunks"
    each = f"{', '.join(f'{one:.0f}' for one in memory)} after each round"
    return [
        Figure("1,000 pages ingested", first, "s", f"≤ {WITHIN_S:.0f}", first <= WITHIN_S, many),
        Figure("1,000 pages, the third time", last, "s", "", None, "twice as much is in the index"),
        Figure("worker's own CPU for 1,000 pages", own, "s", "", None, "without its parsers"),
        Figure("worker resident", memory[-1], "MB", "", None, each),
        Figure("worker grown over two rounds more", grown, "MB", f"≤ {GROWS_MB:.0f}", grown <= GROWS_MB),
    ]


def _named(number: int, texts: list[str], turn: int) -> tuple[str, bytes]:
    kind = KINDS[number % len(KINDS)]
    return f"{turn}-{number}.{kind}", _file(kind, texts, f"Copy {turn} of report {number}.")


async def _sent(http: aiohttp.ClientSession, name: str, content: bytes) -> str:
    form = aiohttp.FormData()
    form.add_field("file", content, filename=name)
    async with http.post("/api/documents", data=form) as answer:
        return str((await answer.json())["id"])


async def _ended(http: aiohttp.ClientSession, id_: str) -> dict[str, Any]:
    while True:
        async with http.get(f"/api/documents/{id_}") as answer:
            found: dict[str, Any] = await answer.json()
        if found["state"] in ENDED:
            return found
        await asyncio.sleep(0.25)
