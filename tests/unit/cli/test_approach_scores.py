"""What one answer is worth, measure by measure."""

from typing import Any

import pytest
from msgspec.structs import replace

from ratchet_cli.approaches.marks import marked, unmarked
from ratchet_cli.approaches.results import Answer, Cited, Judgement, Passage
from ratchet_cli.approaches.scores import Case, scores_of
from ratchet_cli.approaches.suite import Question

RATE = Question(id="rate", question="What is the rate of the lease?", reference=4.5, scale="percent")
LEASE = Cited(passage=2, document_id="lease", first_page=3, last_page=4, quote="The rate of the lease is 4.5 percent.")


def answer(output: str, approach: str = "base_rag", **told: Any) -> Answer:
    said: dict[str, Any] = {
        "found": True,
        "citations": (LEASE,),
        "answered_by": approach,
        "latency_ms": 900.0,
        "cost_usd": 0.01,
    }
    return Answer(key="k", question_id="rate", asked_of=approach, output=output, **said | told)


def case(said: Answer, question: Question = RATE, *others: Answer, **told: Any) -> Case:
    empty: dict[str, Any] = {
        "judgement": None,
        "group": ("question", "rate"),
        "documents": frozenset(),
        "pages": frozenset(),
    }
    return Case(question=question, answer=said, others=others, **empty | told)


def test_marks_of_citations_are_no_part_of_what_is_said() -> None:
    assert unmarked("It is 4.5 percent [1].") == "It is 4.5 percent."
    assert unmarked('4.5 percent [2: "The rate is 4.5 percent"] [1, 3-5]') == "4.5 percent"
    assert unmarked("See [the lease] and [1](https://x.org).") == "See [the lease] and [1](https://x.org)."
    assert marked('4.5 [2: "the rate"].', ()) == "4.5 [2]."
    assert marked("4.5 percent", (LEASE, LEASE)) == "4.5 percent [2]"
    assert marked("It is so [7].", (LEASE,)) == "It is so [7]."


@pytest.mark.parametrize(
    ("output", "exact", "numeric"),
    [
        ("4.5 percent [2]", 1.0, 1.0),
        ("4.5%", 1.0, 1.0),
        ("The rate is 4.5 % [2].", 0.0, 1.0),
        ("4.51 percent", 0.0, 1.0),
        ("4.5 million", 0.0, 0.0),
        ("5 percent", 0.0, 0.0),
        ("Not found in your documents.", 0.0, 0.0),
    ],
)
def test_a_number_counts_with_its_scale(output: str, exact: float, numeric: float) -> None:
    scores = scores_of(case(answer(output)))
    assert (scores["exact"], scores["numeric"], scores["accuracy"]) == (exact, numeric, numeric)


def test_several_parts_count_with_the_scale_of_the_reference() -> None:
    both = Question(id="both", question="How many?", reference=("1.5", 2), scale="million")
    assert scores_of(case(answer("1,500, 2,000 thousand"), both))["accuracy"] == 1.0
    assert scores_of(case(answer("1.5, 2"), both))["accuracy"] == 0.0
    computed = Question(id="sum", question="How many?", reference="3 halls let", scorer="hybrid_f1", computed=True)
    assert scores_of(case(answer("3 halls"), computed))["accuracy"] == 0.0


def test_words_are_compared_as_words() -> None:
    who = Question(id="who", question="Who rents the hall?", reference="the choir of the town")
    scores = scores_of(case(answer("The choir [2]"), who))
    assert scores["numeric"] is None
    assert 0 < (scores["accuracy"] or 0) < 1
    assert 0 < (scores["f1"] or 0) < 1


def test_retrieval_ranks_documents_and_pages() -> None:
    read = (Passage("report", 1, 1), Passage("lease", 2, 3), Passage("lease", 3, 4))
    pages = frozenset({("lease", 3), ("lease", 9)})
    scores = scores_of(case(answer("4.5%", passages=read), documents=frozenset({"lease"}), pages=pages))
    assert [scores[f"document_hit_{k}"] for k in (1, 3)] == [0.0, 1.0]
    assert scores["document_mrr"] == 0.5
    assert scores["document_ndcg"] == pytest.approx(0.6309, abs=1e-4)  # 1 / log2(3)
    assert [scores[f"page_hit_{k}"] for k in (1, 3)] == [0.0, 1.0]
    assert scores["page_mrr"] == pytest.approx(1 / 3)  # after report 1, lease 2
    assert scores["page_ndcg"] == pytest.approx(0.5 / (1 + 0.6309), abs=1e-4)


def test_an_approach_that_reads_nothing_has_neither_retrieval_nor_citations() -> None:
    scores = scores_of(case(answer("4.5%", "direct", found=None, citations=()), documents=frozenset({"lease"})))
    assert not [
        name for name, value in scores.items() if name.startswith(("document", "page", "cit")) and value is not None
    ]


def test_citations_support_what_is_said_or_not() -> None:
    scores = scores_of(case(answer("The rate of the lease is 4.5 percent [2].")))
    assert (scores["citation_recall"], scores["citation_precision"]) == (1.0, 1.0)
    wrong = scores_of(case(answer("The rate of the lease is 9.5 percent [2].")))
    assert (wrong["citation_recall"], wrong["citation_precision"]) == (0.0, 0.0)
    short = scores_of(case(answer("4.5 percent")))
    assert short["citation_recall"] == 1.0
    for said, recall in (
        ("1,504 thousand", 1.0),
        ("(537) thousand", 0.0),
        ("1,504, 537 thousand", 1.0),
        ("967 thousand", 0.0),
    ):
        row = scores_of(case(answer(said, citations=(replace(LEASE, quote="Wages | 1,504 | 537"),))))
        assert row["citation_recall"] == recall
    prose = scores_of(case(answer("4.5 thousand")))
    assert prose["citation_recall"] == 0.0
    silent = scores_of(case(answer("The rate of the lease is 4.5 percent.", citations=())))
    assert (silent["citation_recall"], silent["citation_precision"]) == (0.0, None)


def test_citations_are_held_against_what_the_suite_holds_relevant() -> None:
    other = Cited(passage=1, document_id="report", first_page=1, last_page=1, quote="Nothing.")
    its = answer("So [1] [2].", citations=(other, LEASE, LEASE))
    pages = frozenset({("lease", 3), ("lease", 9)})
    scores = scores_of(case(its, documents=frozenset({"lease"}), pages=pages))
    assert (scores["cited_relevant"], scores["relevant_cited"]) == (0.5, 0.5)
    by_document = scores_of(case(its, documents=frozenset({"lease"})))
    assert (by_document["cited_relevant"], by_document["relevant_cited"]) == (0.5, 1.0)


def test_the_same_each_time_is_consistent() -> None:
    said = answer("4.5%")
    assert scores_of(case(said, RATE, answer("4.5 percent [2]")))["consistency"] == 1.0
    assert scores_of(case(said, RATE, answer("9 percent")))["consistency"] == 0.0
    assert scores_of(case(said))["consistency"] is None


def test_what_is_about_something_else_is_not_relevant() -> None:
    near, far = (
        scores_of(case(answer(said)))["relevance"] for said in ("The rate of the lease is 4.5 percent.", "Bananas")
    )
    assert (near or 0) > 0.9
    assert (far or 0) < 0.5


def test_what_was_refused_scores_nothing_and_takes_no_time() -> None:
    scores = scores_of(case(Answer(key="k", question_id="rate", asked_of="base_rag", refused="too-long")))
    assert (scores["accuracy"], scores["exact"], scores["numeric"], scores["relevance"]) == (0.0, 0.0, 0.0, 0.0)
    assert (scores["latency_ms"], scores["cost_usd"], scores["consistency"]) == (None, None, None)


def test_a_verdict_that_is_none_says_nothing() -> None:
    yes = Judgement(key="k", judge="strict", correct=True, relevant=False, cost_usd=0.0)
    assert scores_of(case(answer("4.5%"), judgement=yes))["judged_correct"] == 1.0
    assert scores_of(case(answer("4.5%"), judgement=yes))["judged_relevant"] == 0.0
    unclear = Judgement(key="k", judge="strict", correct=None, relevant=None, cost_usd=0.0)
    assert scores_of(case(answer("4.5%"), judgement=unclear))["judged_correct"] is None


@pytest.mark.parametrize(
    ("output", "right"),
    [
        ("Not found in your documents.", 1.0),
        ("The text does not say.", 1.0),
        ("The text does not say what the premium is.", 1.0),
        ("The premium is 4 percent.", 0.0),
        ("The text does not say what the premium is, but it is usually 4 percent.", 0.0),
    ],
)
def test_where_there_is_no_answer_the_right_one_says_so(output: str, right: float) -> None:
    premium = Question(id="premium", question="What is the premium?", unanswerable=True)
    scores = scores_of(case(answer(output, citations=()), premium))
    assert [scores[name] for name in ("accuracy", "exact", "f1", "abstained")] == [right] * 4
    assert scores["numeric"] is None
    assert (scores["relevance"] is None) == bool(right)


def test_two_ways_to_say_that_there_is_no_answer_are_consistent() -> None:
    said, other = answer("Not found in your documents."), answer("The text does not say.")
    assert scores_of(case(said, RATE, other))["consistency"] == 1.0
    assert scores_of(case(said, RATE, answer("4.5 percent")))["consistency"] == 0.0


def test_several_numbers_share_the_scale_that_stands_once() -> None:
    both = Question(id="both", question="In both years?", reference=("12,400", "10,000"), scale="thousand")
    assert scores_of(case(answer("12,400, 10,000 thousand"), both))["numeric"] == 1.0
    assert scores_of(case(answer("12,400, 10,000 million"), both))["numeric"] == 0.0
