"""What LanceDB alone is asked: several processes, files, models."""

import asyncio
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import lancedb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_documents.page_turns import Turn
from ratchet_retrieval.away import AwayError
from ratchet_retrieval.embedding import OtherEmbeddingsError
from ratchet_retrieval.lance import LanceIndex
from ratchet_retrieval.lance.conditions import condition, one_of, quoted
from ratchet_retrieval.lance.tables import INDEXES, name_of
from ratchet_retrieval.lance.tending import tended
from ratchet_retrieval.port import Where
from tests.patience import PATIENCE_S
from tests.unit.retrieval.passages_for_tests import ACME, BOLT, document

EVERYWHERE = Where()
MARKED = "zebrafinch"


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def holding(folder: Path, word: str) -> Iterator[Path]:
    return (path for path in files(folder) if word.encode() in path.read_bytes())


async def test_no_file_is_left_that_has_seen_what_was_removed(tmp_path: Path) -> None:
    """In a small table the word stands in its files as it is. In a larger one, text is compressed: there, none of the
    files of data and of indexes that were there before is there afterwards, and what was written since never had it."""
    index = LanceIndex(str(tmp_path))
    await index.put("t", document("gone", [f"{MARKED} old"]))
    await index.put("t", document("gone", [f"{MARKED} new"], revision=2))
    assert list(holding(tmp_path, MARKED))
    for at in range(30):
        await index.put("t", document(f"d{at}", [f"text {at} {row} of tyres" for row in range(40)]))
    await index.tend()
    assert len(await index.by_words("t", MARKED, EVERYWHERE, 5)) == 1
    before = files(tmp_path)
    await index.remove("t", "gone")
    assert not list(holding(tmp_path, MARKED))
    kept = {path.relative_to(tmp_path).parts[1] for path in before & files(tmp_path)}
    assert kept <= {"_versions"}
    assert len(await index.by_words("t", "tyres", EVERYWHERE, 2_000)) == 1_200


async def test_a_removal_that_was_broken_off_is_finished_by_the_next(tmp_path: Path) -> None:
    index = LanceIndex(str(tmp_path))
    await index.put("t", document("gone", [MARKED]))
    await index.put("t", document("kept", ["tyres"]))
    table = await index._tables.of("t")
    assert table is not None
    await table.delete("document = 'gone'")
    assert list(holding(tmp_path, MARKED))
    await LanceIndex(str(tmp_path)).remove("t", "gone")
    assert not list(holding(tmp_path, MARKED))


@pytest.mark.slow  # a process takes seconds to import what it needs
async def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    writers = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.unit.retrieval.writing_process", str(tmp_path), name, "3"
        )
        for name in ("a", "b")
    ]
    assert [await asyncio.wait_for(one.wait(), PATIENCE_S) for one in writers] == [0, 0]
    index = LanceIndex(str(tmp_path))
    found = await index.by_words("t", "common", EVERYWHERE, 100)
    names = sorted(one.passage.document_id for one in found)
    assert names == sorted([f"{name}{at}" for name in "ab" for at in range(3)] * 2 + ["shared"])
    (shared,) = (one.passage for one in found if one.passage.document_id == "shared")
    assert shared.revision == 3


async def test_what_another_one_wrote_or_removed_is_seen(tmp_path: Path) -> None:
    """Each has its own connection, as two processes have."""
    writes, reads = LanceIndex(str(tmp_path)), LanceIndex(str(tmp_path), fresh_within_s=0.05)
    assert await reads.by_words("t", "tyres", EVERYWHERE, 5) == []
    await writes.put("t", document("d", ["tyres"]))
    assert len(await reads.by_words("t", "tyres", EVERYWHERE, 5)) == 1
    await writes.put("t", document("e", ["tyres"]))
    await _until(reads, 2)
    await writes.remove("t", "d")
    await _until(reads, 1)


async def _until(reads: LanceIndex, count: int) -> None:
    """Each look is at what is there by then."""
    end = time.monotonic() + PATIENCE_S
    while len(await reads.by_words("t", "tyres", EVERYWHERE, 5)) != count:
        assert time.monotonic() < end


async def test_who_reads_while_files_are_cleaned_up_always_gets_an_answer(tmp_path: Path) -> None:
    writes, reads = LanceIndex(str(tmp_path)), LanceIndex(str(tmp_path), fresh_within_s=60.0)
    for at in range(6):
        await writes.put("t", document(f"d{at}", ["tyres"]))
    removing = asyncio.create_task(_remove(writes, [f"d{at}" for at in range(5)]))
    while not removing.done():
        assert 1 <= len(await reads.by_words("t", "tyres", EVERYWHERE, 9)) <= 6
        assert len(await reads.passages("t", "d5", [0])) == 1
    await removing


async def _remove(index: LanceIndex, documents: list[str]) -> None:
    for document_id in documents:
        await index.remove("t", document_id)


async def test_with_an_index_of_vectors_the_same_is_found_and_its_segments_stay_few(tmp_path: Path) -> None:
    index, chance = LanceIndex(str(tmp_path)), np.random.default_rng(3)
    near = [chance.normal(size=(100, 8)).tolist() for _ in range(8)]
    for at in range(5):
        subject = BOLT if at == 2 else ACME
        texts = [f"text {row}" for row in range(100)]
        await index.put("t", document(f"d{at}", texts, subject=subject), near[at])
    asked = near[7][:5]
    bolt = Where(companies=(BOLT.company,))
    before = [await index.ranked_by_vector("t", one, where, 10) for one in asked for where in (EVERYWHERE, bolt)]
    table = await index._tables.of("t")
    assert table is not None
    await tended(table, enough=400, segments=2)
    after = [await index.ranked_by_vector("t", one, where, 10) for one in asked for where in (EVERYWHERE, bolt)]
    assert [[one.place for one in found] for found in after] == [[one.place for one in found] for found in before]
    assert len(await index.ranked_by_vector("t", asked[0], bolt, 100)) == 100  # in however few partitions they are
    for at in range(5, 8):
        await index.put("t", document(f"d{at}", ["later"] * 100), near[at])
        await tended(table, enough=400, segments=2)
        (vectors,) = [one for one in await table.list_indices() if one.columns == ["vector"]]
        assert 1 <= (vectors.num_segments or 0) <= 2
        assert (vectors.num_indexed_rows, vectors.num_unindexed_rows) == ((at + 1) * 100, 0)
        assert (await index.ranked_by_vector("t", near[at][0], EVERYWHERE, 1))[0].place.document_id == f"d{at}"
    await index.remove("t", "d1")
    assert "d1" not in {one.place.document_id for one in await index.ranked_by_vector("t", near[1][0], EVERYWHERE, 800)}


async def test_an_older_table_gets_the_indexes_that_it_lacks_when_it_is_tended(tmp_path: Path) -> None:
    index = LanceIndex(str(tmp_path))
    await index.put("t", document("d", ["tyres"]))
    table = await index._tables.of("t")
    assert table is not None
    await table.drop_index("company_idx")
    await index.tend()
    assert {one.columns[0] for one in await table.list_indices()} == set(INDEXES)


async def test_a_table_from_before_pages_were_told_is_read_and_learns_to_tell_them(tmp_path: Path) -> None:
    index = LanceIndex(str(tmp_path), model="mini")
    await index.put("t", document("old", ["old tyres"]), [[1.0, 0.0]])
    table = await index._tables.of("t")
    assert table is not None
    await table.drop_columns(["turns"])
    again = LanceIndex(str(tmp_path), model="mini")
    assert [one.passage for one in await again.by_words("t", "tyres", EVERYWHERE, 5)] == document("old", ["old tyres"])
    assert [one.passage for one in await again.by_vector("t", [1.0, 0.0], EVERYWHERE, 5)] == document(
        "old", ["old tyres"]
    )
    assert await again.passages("t", "old", [0]) == document("old", ["old tyres"])
    (new,) = document("new", ["new tyres"])
    turned = replace(new, chunk=replace(new.chunk, last_page=2, turns=(Turn(4, 2),)))
    await again.put("t", [turned], [[0.0, 1.0]])
    assert await again.passages("t", "new", [0]) == [turned]
    assert await again.passages("t", "old", [0]) == document("old", ["old tyres"])


async def test_vectors_of_another_model_are_refused_with_both_names(tmp_path: Path) -> None:
    await LanceIndex(str(tmp_path), model="mini").put("t", document("d", ["one"]), [[1.0, 0.0]])
    with pytest.raises(OtherEmbeddingsError, match=r"mini with 2 numbers, and large with 2 numbers came.*anew"):
        await LanceIndex(str(tmp_path), model="large").put("t", document("e", ["two"]), [[1.0, 0.0]])


async def test_an_index_that_is_not_there_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(AwayError, match="folder"):
        await LanceIndex(str(tmp_path / "file" / "index")).put("t", document("d", ["one"]))


def test_a_tenant_is_a_name_of_a_file_and_no_two_are_the_same() -> None:
    tenants = ("a", "A", "../a", "", "a\x00", "\u00e9", "e\u0301")
    names = {name_of(tenant) for tenant in tenants}
    assert len(names) == len(tenants)
    assert all(name.replace("_", "").isalnum() for name in names)


@given(st.text())
def test_whatever_is_quoted_is_one_text(text: str) -> None:
    said = quoted(text)
    assert said[0] == said[-1] == "'"
    assert said[1:-1].replace("''", "").count("'") == 0
    assert said[1:-1].replace("''", "'") == text


def test_a_filter_says_all_that_is_asked_for() -> None:
    assert condition(EVERYWHERE) is None
    assert condition(Where(documents=("a'b",), periods=("2022-Q3", "2023"))) == (
        "document IN ('a''b') AND period IN ('2022-Q3', '2023')"
    )
    assert condition(Where(companies=())) == "false"


async def test_a_filter_by_any_name_finds_that_name_alone(tmp_path: Path) -> None:
    """The database itself takes them for what they are: two hundred names of what SQL is made of, in one table."""
    chance = random.Random(7)
    names = {"".join(chance.choices("'\"\\;-%_ \n\x00ä()=a", k=chance.randint(1, 8))) for _ in range(200)}
    rows = [{"name": name} for name in sorted(names)]
    table = await (await lancedb.connect_async(str(tmp_path))).create_table("t", rows)
    for name in sorted(names):
        found = await table.query().where(one_of("name", [name])).to_list()
        assert [row["name"] for row in found] == [name]
