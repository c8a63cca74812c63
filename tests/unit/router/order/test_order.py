"""From a question to features, from feedback to what was worth it, and back into the next search."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_common import conversation
from ratchet_documents.chunking import Chunk, TablePart
from ratchet_retrieval import Passage, Subject, Where
from ratchet_retrieval.asking import Candidate
from ratchet_router.grounding.from_index import FromIndex
from ratchet_router.grounding.heading import headed
from ratchet_router.grounding.order.features import EDITION, FEATURES, features_of
from ratchet_router.grounding.order.learned import HELD_OUT, Learned, Orders, Told, is_held_out
from ratchet_router.grounding.order.worth import sources_in, worth_of
from tests.unit.router.joined import joined
from tests.unit.router.knowledge import source
from tests.unit.router.test_from_index import filled

TEXTS = (
    "The lease runs until 2031, as agreed.",
    "Net sales were 81,797 million in the quarter.",
    "Net sales of 81,797 million are explained below.",
)


def learned(**how: Any) -> Learned:
    """Tables first."""
    weights = tuple(float(name == "a table") for name in FEATURES)
    given: dict[str, Any] = {
        "version": 4, "edition": EDITION, "weights": weights, "scale": (1.0,) * len(FEATURES), "used": True, "why": "",
        "questions": 80, "searches": 0.4, "learned": 0.6, "low": 0.1, "high": 0.3,
        "fitted_at": datetime(2026, 11, 28, tzinfo=UTC),
    }  # fmt: skip
    return Learned(**given | how)


CORRECTED: dict[str, Any] = {"score": 0.2, "score_source": "correction"}


def of_passages(output: str, **how: Any) -> Any:
    texts = [headed(number, source(text, order=number)) for number, text in enumerate(TEXTS, 1)]
    asked = msgspec.Raw(msgspec.json.encode(conversation.as_messages(texts, "What were net sales?")))
    return joined(input=asked, output=output, task_type="qa", documents_read=("lease",), **how)


@pytest.mark.parametrize(
    ("said", "worth"),
    [
        (of_passages("They were 81,797 million [2]."), {2}),
        (of_passages("They were 81,797 million [2], explained there [3]."), {2, 3}),
        (of_passages("81,797 million"), {2}),  # unmarked: the first in which it stands
        (of_passages("They were 81,797 million [2].", score=0.5), set()),
        (of_passages("They were 81,797 million [2].", score=0.0, rating="negative"), set()),
        (of_passages("They were 81,797 million [2].", issues=("incomplete",)), set()),
        (of_passages("They were 81,797 million [2].", score_source="judge"), set()),
        (of_passages("Of 1 [1].", **CORRECTED, corrections={"answer": "81,797 million"}), {2, 3}),
        (of_passages("Of 1 [1].", **CORRECTED, corrections={"answer": "5"}), set()),
        (of_passages("Of 1 [1].", **CORRECTED, corrections={"answer": ["a"]}), set()),
        (of_passages("[1]", **CORRECTED, corrections={"answer": "nowhere to be found"}), set()),
        (of_passages("They are [9]."), set()),
        (joined("A text of the caller's own.", output="It is [1]."), set()),
    ],
)  # fmt: skip
def test_which_passages_an_answer_was_worth(said: Any, worth: set[int]) -> None:
    assert worth_of(said) == worth


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_an_input_that_is_none_has_no_passages(asked: bytes) -> None:
    assert sources_in(msgspec.Raw(asked)) == []


@pytest.mark.parametrize("asked", [b"null", b"[]", b'[{"role":"user","content":[{"type":"image"}],"name":"document"}]'])
def test_neither_has_one_of_another_shape(asked: bytes) -> None:
    assert sources_in(msgspec.Raw(asked)) == []


def candidates() -> list[Candidate]:
    about = Subject("Report on sales", company="Acme")
    chunks = [
        Chunk(0, "Sales of Acme rose, as said.", ("Net sales",), 1, 1),
        Chunk(1, "region | 5,120 | 7", (), 2, 2, TablePart(1, 0, 0, 1)),
        Chunk(2, "", (), 2, 2),
    ]
    return [Candidate(Passage("a", 1, about, its), 3.0 - its.order, its.order + 1, 3.0 - its.order) for its in chunks]


def test_features_say_what_their_names_do() -> None:
    first, table, empty = (
        dict(zip(FEATURES, row, strict=True)) for row in features_of("How much were net sales of Acme?", candidates())
    )
    assert first["score of the searches"] == 1.0
    assert table["score of the searches"] == pytest.approx(0.6667)
    assert (first["place by words"], table["place by words"], first["place by vectors"]) == (1.0, 0.5, 0.0)
    assert first["words of the question"] == pytest.approx(2 / 3, abs=1e-3)  # net, sales, acme
    assert first["its words in headings"] == pytest.approx(2 / 3, abs=1e-3)
    assert (first["its names and figures"], table["its names and figures"]) == (1.0, 0.0)
    assert (table["a table"], table["a table, asked for a figure"], first["a table"]) == (1.0, 1.0, 0.0)
    assert table["share of figures"] == pytest.approx(2 / 3, abs=1e-3)
    assert (empty["length"], empty["words of the question"]) == (0.0, 0.0)


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=6))
def test_features_are_numbers_whatever_is_asked_and_found(question: str, texts: list[str]) -> None:
    found = [
        Candidate(Passage("a", 1, Subject(""), Chunk(order, text, (), 1, 1)), -1.0 * order, order + 1, -0.5)
        for order, text in enumerate(texts)
    ]
    rows = features_of(question, found)
    assert [len(row) for row in rows] == [len(FEATURES)] * len(texts)
    assert all(abs(value) < 100 for row in rows for value in row)
    assert features_of(question, found[:1]) == rows[:1] or len(texts) > 1


async def test_a_learned_order_is_used_and_said_and_only_for_its_tenant() -> None:
    index, orders = await filled(), Orders()
    about = Subject("Lease of the hall")
    await index.put("other", [Passage("lease", 1, about, Chunk(0, "rate is", (), 1, 1))])
    looks = FromIndex(lambda: index, orders=orders)
    question = next(q for q in map("rate is {}".format, range(99)) if not is_held_out("acme", q))
    plain = await looks.retrieve("acme", question, Where(), 4, wider=False)
    assert (plain.order, plain.sources[0].order) == (0, 1)
    assert all(len(one.features) == len(FEATURES) for one in plain.sources)
    orders.hear(Told(tenant="acme", last=learned()))
    ordered = await looks.retrieve("acme", question, Where(), 4, wider=False)
    assert (ordered.order, ordered.sources[0].order) == (4, 9)  # the table
    assert ordered.reasons[-1] == "Put in order by what feedback has taught (version 4)."
    assert {one.key: one.features for one in ordered.sources} == {one.key: one.features for one in plain.sources}
    others = await looks.retrieve("other", question, Where(), 4, wider=False)
    assert (others.order, "taught" in " ".join(others.reasons)) == (0, False)


@pytest.mark.parametrize(
    "told",
    [
        Told(tenant="acme", on=False, last=learned()),
        Told(tenant="acme", last=learned(used=False)),
        Told(tenant="acme", last=learned(edition=EDITION + 1)),
        Told(tenant="acme", last=learned(weights=(1.0,))),
        Told(tenant="acme"),
    ],
)
def test_what_is_off_no_better_or_of_other_features_is_not_used(told: Told) -> None:
    orders = Orders()
    orders.hear(Told(tenant="acme", last=learned()))
    orders.hear(told)
    assert not any(orders.of("acme", f"Question {number}?") for number in range(50))


def test_some_questions_keep_the_order_of_the_searches_the_same_ones_each_time() -> None:
    asked = [f"What were sales in {year}?" for year in range(2_000)]
    held = [question for question in asked if is_held_out("acme", question)]
    assert HELD_OUT * 0.7 < len(held) / len(asked) < HELD_OUT * 1.3
    assert held == [question for question in asked if is_held_out("acme", f"  {question.upper()}  ")]
    assert held != [question for question in asked if is_held_out("other", question)]


async def test_where_a_reranker_is_set_up_nothing_is_learned_or_ordered_by_what_was() -> None:
    index, orders = await filled(), Orders()
    orders.hear(Told(tenant="acme", last=learned()))

    class AsFound:
        name, most = "one of the operator's", 10

        async def rerank(self, question: str, found: Any) -> list[float]:
            assert question == "rate is"
            return [-float(at) for at in range(len(found))]

    looks = FromIndex(lambda: index, reranks=lambda _: AsFound(), orders=orders)
    found = await looks.retrieve("acme", "rate is", Where(), 4, wider=False)
    assert (found.order, found.sources[0].order, found.sources[0].features) == (0, 1, ())
    assert found.reasons[-1] == "Put in order by one of the operator's."
