"""A parser in a process of its own: what happens to it happens to one document."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ratchet_router.documents.frames import LENGTH, Ready, ToParse, encoded
from ratchet_router.documents.parsing_apart import NoParserError, NotReadError, Parser, Parsing

MEMORY = 1024 * 1024 * 1024
TEXT = "# Apple Inc. quarterly report, Q3 2022\n\nSales rose.\n"


@pytest.fixture
async def parser() -> AsyncIterator[Parser]:
    parser = Parser(seconds=60, memory=MEMORY)
    yield parser
    await parser.stop()


async def parsed(parser: Parser, path: Path) -> Parsing:
    return await parser.parse(ToParse(str(path), path.name, "doc_1"), lambda _: None)


def written(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


async def test_one_process_reads_one_after_another_and_goes_on_after_a_refusal(parser: Parser, tmp_path: Path) -> None:
    first = await parsed(parser, written(tmp_path, "a.md", TEXT))
    assert (first.kind, first.pages, first.metadata["company"].value) == ("markdown", 1, "Apple Inc.")
    assert "Sales rose." in first.chunks[0].text
    its = parser.process
    with pytest.raises(NotReadError) as refused:
        await parsed(parser, written(tmp_path, "b.pdf", b"%PDF-1.7 nothing"))
    assert refused.value.type == "broken"
    assert await parsed(parser, written(tmp_path, "c.md", TEXT)) == first
    assert parser.process is its


async def test_one_that_is_killed_between_two_documents_is_replaced(parser: Parser, tmp_path: Path) -> None:
    path = written(tmp_path, "a.md", TEXT)
    first = await parsed(parser, path)
    assert parser.process is not None
    parser.process.kill()
    assert await parsed(parser, path) == first


def fake(folder: Path, body: str, seconds: float = 60) -> Parser:
    """A parser that does what no document of ours can make the real one do."""
    ready = encoded(Ready())
    begins = f"import sys, os, time\nos.write(1, {LENGTH.pack(len(ready)) + ready!r})\nsys.stdin.buffer.readline()\n"
    program = written(folder, "fake.py", begins + body)
    return Parser(seconds=seconds, memory=MEMORY, command=(sys.executable, str(program)))


@pytest.mark.parametrize(
    "body", ["os.abort()", "os._exit(0)", "os.write(1, b'\\xff' * 64)", "os.write(1, b'\\0\\0\\0\\1x')"]
)
async def test_a_document_that_ends_each_process_is_refused(body: str, tmp_path: Path) -> None:
    parser = fake(tmp_path, f"open({str(tmp_path / 'tries')!r}, 'a').write('x')\n{body}")
    with pytest.raises(NotReadError) as refused:
        await parsed(parser, tmp_path / "a.pdf")
    assert refused.value.type == "unreadable"
    assert (tmp_path / "tries").read_text() == "xx"  # the first may have died of something else
    assert parser.process is None


async def test_where_no_parser_lives_no_document_is_to_blame(tmp_path: Path) -> None:
    parser = Parser(seconds=60, memory=MEMORY, command=(sys.executable, "-c", "raise SystemExit(1)"))
    with pytest.raises(NoParserError):
        await parsed(parser, tmp_path / "a.pdf")
    assert parser.process is None


async def test_one_that_hangs_is_killed_and_its_document_refused(tmp_path: Path) -> None:
    parser = fake(tmp_path, "time.sleep(3600)", seconds=1)
    with pytest.raises(NotReadError) as refused:
        await parsed(parser, tmp_path / "a.pdf")
    assert refused.value.type == "too_slow"
    assert parser.process is None


async def test_what_needs_too_much_memory_is_refused_and_the_process_goes_on(tmp_path: Path) -> None:
    parser = Parser(seconds=60, memory=240 * 1024 * 1024)
    rows = "\n".join(f"{number},{number * 7},{number * 11}" for number in range(90_000))
    many = written(tmp_path, "a.csv", "a,b,c\n" + ("\n".join([rows, ""] * 3)))
    with pytest.raises(NotReadError) as refused:
        await parsed(parser, many)
    assert refused.value.type == "too_much_memory"
    assert (await parsed(parser, written(tmp_path, "a.md", TEXT))).pages == 1
    await parser.stop()


async def test_it_has_none_of_the_workers_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONGODB_URL", "mongodb://secret@nowhere")
    parser = fake(tmp_path, f"open({str(tmp_path / 'seen')!r}, 'w').write(' '.join(os.environ))\nos._exit(0)")
    with pytest.raises(NotReadError):
        await parsed(parser, tmp_path / "a.pdf")
    assert "MONGODB_URL" not in (tmp_path / "seen").read_text()
