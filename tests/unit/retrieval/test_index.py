"""What every index of passages does, whichever it is."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

import pytest

from ratchet_documents.chunking import TablePart
from ratchet_documents.page_turns import Turn
from ratchet_retrieval.embedding import OtherEmbeddingsError
from ratchet_retrieval.passages import Place, Subject
from ratchet_retrieval.port import Found, Index, Ranked, Where
from tests.unit.retrieval.passages_for_tests import ACME, BOLT, document

EVERYWHERE = Where()
PAIR = document("d", ["Tyres wear out.", "Rims do not."])


def texts(found: Iterable[Found]) -> list[str]:
    return [one.passage.chunk.text for one in found]


async def test_what_was_put_is_found_at_once_and_comes_back_as_it_was(index: Index) -> None:
    table = TablePart(3, 1, 4, 9)
    put = document(
        "d", ["Tyres wear out.", "Rims do not."], headings=("Parts", "Wheels"), table=table, caption="Table 3"
    )
    await index.put("t", put)
    found = await index.by_words("t", "which tyres?", EVERYWHERE, 10)
    assert [one.passage for one in found] == [put[0]]
    assert found[0].score > 0


async def test_where_its_pages_begin_comes_back_with_a_passage(index: Index) -> None:
    put = [replace(one, chunk=replace(one.chunk, last_page=9, turns=(Turn(4, 2), Turn(7, 9)))) for one in PAIR]
    await index.put("t", put)
    assert [one.passage for one in await index.by_words("t", "tyres", EVERYWHERE, 10)] == put[:1]
    assert await index.passages("t", "d", [0, 1]) == put


async def test_the_better_one_is_first_and_how_a_word_is_written_is_no_matter(index: Index) -> None:
    await index.put("t", document("d", ["The Margin grew.", "The growing gross MARGIN of tyres.", "Nothing of it."]))
    assert texts(await index.by_words("t", "What is the Gross margin?", EVERYWHERE, 10)) == [
        "The growing gross MARGIN of tyres.",
        "The Margin grew.",
    ]


async def test_a_word_is_found_as_it_stands_and_not_its_other_forms(index: Index) -> None:
    await index.put("t", document("d", ["Net sales.", "A net sale."]))
    assert texts(await index.by_words("t", "sales", EVERYWHERE, 10)) == ["Net sales."]


async def test_a_passage_is_found_by_the_names_of_its_document(index: Index) -> None:
    await index.put("t", document("a", ["Sales were 5."], headings=("Segment Oceania",)))
    await index.put("t", document("b", ["Sales were 7."], subject=BOLT, caption="Quarterly figures"))
    for question, name in (("Acme sales", "a"), ("sales of Bolt", "b"), ("Oceania", "a"), ("quarterly figures", "b")):
        assert (await index.by_words("t", question, EVERYWHERE, 1))[0].passage.document_id == name


async def test_a_new_revision_replaces_the_old_one_wholly(index: Index) -> None:
    await index.put("t", document("d", ["old one", "old two", "old three"]))
    await index.put("t", document("d", ["new one"], revision=2))
    assert texts(await index.by_words("t", "one two three old new", EVERYWHERE, 10)) == ["new one"]
    assert [one.chunk.text for one in await index.passages("t", "d", range(5))] == ["new one"]


async def test_the_same_once_more_and_an_older_revision_change_nothing(index: Index) -> None:
    await index.put("t", document("d", ["second"], revision=2))
    await index.put("t", document("d", ["second"], revision=2))
    await index.put("t", document("d", ["first"], revision=1))
    assert texts(await index.by_words("t", "first second", EVERYWHERE, 10)) == ["second"]


async def test_nothing_is_found_of_what_was_removed(index: Index) -> None:
    await index.put("t", document("d", ["secret"]))
    await index.put("t", document("e", ["secret too"]))
    await index.remove("t", "d")
    await index.remove("t", "never there")
    await index.remove("nobody", "d")
    assert texts(await index.by_words("t", "secret", EVERYWHERE, 10)) == ["secret too"]
    assert await index.passages("t", "d", [0]) == []


async def test_no_tenant_sees_what_another_has(index: Index) -> None:
    for tenant in ("a", "A", "a/../b", "b' OR 'a'='a", "ä\n"):
        await index.put(tenant, document("d", [f"common {tenant}"]), [[1.0, 0.0]])
    for tenant in ("a", "A", "a/../b", "b' OR 'a'='a", "ä\n"):
        assert texts(await index.by_words(tenant, "common", EVERYWHERE, 10)) == [f"common {tenant}"]
        assert texts(await index.by_vector(tenant, [1.0, 0.0], EVERYWHERE, 10)) == [f"common {tenant}"]
    await index.remove("a", "d")
    assert len(await index.by_words("A", "common", EVERYWHERE, 10)) == 1
    assert await index.by_words("c", "common", EVERYWHERE, 10) == []


async def test_where_narrows_by_all_that_it_says(index: Index) -> None:
    await index.put("t", document("a", ["sales"]))
    await index.put("t", document("b", ["sales"], subject=BOLT))
    cases = [
        (EVERYWHERE, {"a", "b"}),
        (Where(documents=("a",)), {"a"}),
        (Where(documents=()), set()),
        (Where(companies=("Bolt & Nut Corporation",)), {"b"}),
        (Where(periods=("2023-Q1", "2023-Q2")), {"a", "b"}),
        (Where(document_types=("contract",), periods=("2023-Q1",)), set()),
        (Where(documents=("a", "b"), companies=("Acme, Inc.",)), {"a"}),
    ]
    for where, ids in cases:
        assert {one.passage.document_id for one in await index.by_words("t", "sales", where, 10)} == ids


QUOTED = ["it's", '"', "';--", "a' OR 'x'='x", "\\", "\\'", "%", "x\ny", "''", "{}", "né", ""]


async def test_names_with_any_characters_are_names(index: Index) -> None:
    for at, name in enumerate(QUOTED):
        await index.put("t", document(name, [f"common number{at}"], subject=Subject("", name, name)))
    for at, name in enumerate(QUOTED):
        for where in (Where(documents=(name,)), Where(companies=(name,)), Where(periods=(name,), documents=(name,))):
            assert texts(await index.by_words("t", "common", where, 50)) == [f"common number{at}"]
    for name in QUOTED[:6]:
        await index.remove("t", name)
    assert len(await index.by_words("t", "common", EVERYWHERE, 50)) == len(QUOTED) - 6


@pytest.mark.parametrize(
    "text",
    ["", " \n", '"', "a:b AND (", "the of and", "*", "-", "x" * 100_000, "\x00", "🙂", "col:[1 TO 2]", "NOT NOT"],
)
async def test_any_text_may_be_asked_for_and_is_no_query_language(index: Index, text: str) -> None:
    await index.put("t", document("d", ["sales of tyres"]))
    assert await index.by_words("t", text, EVERYWHERE, 10) == []
    if len(text) < 1000:
        assert len(await index.by_words("t", f"{text} tyres", EVERYWHERE, 10)) == 1


async def test_a_word_said_often_counts_once(index: Index) -> None:
    await index.put("t", document("d", ["sales of tyres"]))
    once = await index.by_words("t", "tyres", EVERYWHERE, 1)
    often = await index.by_words("t", "tyres " * 5_000, EVERYWHERE, 1)
    assert once == often


async def test_vectors_are_found_by_their_direction(index: Index) -> None:
    await index.put("t", document("d", ["east", "north", "north-east"]), [[1.0, 0.0], [0.0, 2.0], [3.0, 3.0]])
    found = await index.by_vector("t", [0.9, 0.0], EVERYWHERE, 10)
    assert texts(found) == ["east", "north-east", "north"]
    assert [round(one.score, 3) for one in found] == [1.0, 0.707, 0.0]
    assert texts(await index.by_vector("t", [0.0, 1.0], Where(companies=("Bolt",)), 10)) == []


async def test_documents_without_vectors_are_found_by_words_alone(index: Index) -> None:
    await index.put("t", document("a", ["with none"]))
    assert await index.by_vector("t", [1.0, 0.0], EVERYWHERE, 10) == []
    await index.put("t", document("b", ["with one"]), [[1.0, 0.0]])
    await index.put("t", document("c", ["without"]))
    assert texts(await index.by_vector("t", [1.0, 0.0], EVERYWHERE, 10)) == ["with one"]
    assert len(await index.by_words("t", "with without none one", EVERYWHERE, 10)) == 3


async def test_vectors_of_another_length_are_refused_with_what_to_do(index: Index) -> None:
    await index.put("t", document("a", ["one"]), [[1.0, 0.0]])
    with pytest.raises(OtherEmbeddingsError, match=r"2 numbers.*3 numbers.*anew"):
        await index.put("t", document("b", ["two"]), [[1.0, 0.0, 0.0]])
    with pytest.raises(OtherEmbeddingsError):
        await index.by_vector("t", [1.0, 0.0, 0.0], EVERYWHERE, 1)
    assert len(await index.by_words("t", "one two", EVERYWHERE, 10)) == 1


@pytest.mark.parametrize("vector", [[float("nan"), 1.0], [0.0, 0.0], [float("inf"), 0.0], []])
async def test_a_vector_without_a_direction_is_refused(index: Index, vector: list[float]) -> None:
    with pytest.raises(ValueError, match="vector"):
        await index.put("t", document("a", ["one"]), [vector])


async def test_what_is_not_one_document_is_refused(index: Index) -> None:
    both = [*document("a", ["one"]), *document("b", ["two"])]
    with pytest.raises(ValueError, match="one at a time"):
        await index.put("t", both)
    with pytest.raises(ValueError, match="same order"):
        await index.put("t", [*document("a", ["one"]), *document("a", ["two"])])
    with pytest.raises(ValueError, match="1 vectors"):
        await index.put("t", document("a", ["one", "two"]), [[1.0]])
    await index.put("t", [])


async def test_neighbours_come_in_their_order_and_only_those_that_are_there(index: Index) -> None:
    await index.put("t", document("d", [f"text {at}" for at in range(6)]))
    assert [one.chunk.order for one in await index.passages("t", "d", [4, 2, 9, -1, 2])] == [2, 4]
    assert await index.passages("t", "d", []) == []
    assert await index.passages("t", "x", [1]) == []


async def test_passages_of_several_documents_come_in_the_order_asked_for_each_once(index: Index) -> None:
    strange = "a/1/b'"
    for name in ("d", strange):
        await index.put("t", document(name, [f"text {at} of {name}" for at in range(4)]))
    await index.put("other", document("d", ["of another tenant"]))
    await index.put("t", document("d", ["new one", "new two"], revision=2))
    asked = [Place(strange, 1, 3), Place("d", 2, 1), Place("d", 1, 0), Place("x", 1, 0), Place("d", 2, 9)]
    found = await index.passages_at("t", [*asked, Place(strange, 1, 0), Place("d", 2, 1)])
    assert [one.chunk.text for one in found] == [f"text 3 of {strange}", "new two", f"text 0 of {strange}"]
    assert [one.place for one in found] == [asked[0], asked[1], Place(strange, 1, 0)]
    assert await index.passages_at("t", []) == await index.passages_at("nobody", asked) == []


async def test_what_is_ranked_is_what_is_found_without_its_text(index: Index) -> None:
    await index.put("t", document("a/b", ["sales of tyres", "sales"]), [[1.0, 0.0], [1.0, 1.0]])
    await index.put("t", document("b", ["sales of nuts"], subject=BOLT), [[0.0, 1.0]])
    for where in (EVERYWHERE, Where(companies=("Acme, Inc.",)), Where(documents=())):
        words = await index.by_words("t", "sales of tyres", where, 10)
        assert await index.ranked_by_words("t", "sales of tyres", where, 10) == ranked(words)
        near = await index.by_vector("t", [1.0, 0.1], where, 10)
        assert await index.ranked_by_vector("t", [1.0, 0.1], where, 10) == ranked(near)
    assert await index.ranked_by_words("t", "the of", EVERYWHERE, 10) == []
    assert await index.ranked_by_words("nobody", "sales", EVERYWHERE, 10) == []


def ranked(found: Iterable[Found]) -> list[Ranked]:
    return [Ranked(one.passage.place, one.score) for one in found]


async def test_several_that_write_at_once_lose_nothing(index: Index) -> None:
    names = [f"d{at}" for at in range(12)]
    await asyncio.gather(*(index.put("t", document(name, ["common"])) for name in names))
    await asyncio.gather(*(index.put("t", document("same", ["common"], revision=at)) for at in (1, 2, 3)))
    found = await index.by_words("t", "common", EVERYWHERE, 50)
    assert sorted((one.passage.document_id, one.passage.revision) for one in found) == sorted(
        [*((name, 1) for name in names), ("same", 3)]
    )


async def test_tending_changes_nothing_of_what_is_found(index: Index) -> None:
    for at in range(4):
        await index.put("t", document(f"d{at}", [f"common text {at}"], subject=ACME))
    await index.put("t", document("d0", ["common other"], revision=2))
    before = await index.by_words("t", "common", EVERYWHERE, 10)
    await index.tend()
    await index.tend()
    after = await index.by_words("t", "common", EVERYWHERE, 10)
    assert sorted(texts(before)) == sorted(texts(after))
    await index.put("t", document("e", ["common later"]))
    assert len(await index.by_words("t", "common", EVERYWHERE, 10)) == 5
