import pytest

from ratchet_scoring.citations import Citations, citations, cites

PASSAGES = {
    "1": "Acme's revenue rose to $3.2 million in 2022, from $2.9 million.",
    "2": "The board approved the merger with Beta Logistics on Monday.",
    "report:4": "Staff turnover fell below nine percent.",
}


def judged(answer: str) -> Citations:
    return citations(answer, PASSAGES)


def test_statements_that_their_citations_support_score_1() -> None:
    found = judged("Acme's revenue rose to $3.2 million [1]. The board approved the merger. [2]")
    assert (found.statements, found.supported, found.citations, found.right) == (2, 2, 2, 2)
    assert found.score == 1


def test_a_document_and_its_page_may_be_cited() -> None:
    assert judged("Staff turnover fell below 9 percent [report:4].").supported == 0  # the passage spells the figure
    assert judged("Staff turnover fell [Report: 4].").score == 1


def test_another_figure_is_not_supported() -> None:
    assert judged("Acme's revenue rose to $3.9 million [1].").score == 0


def test_what_is_not_cited_counts_against_recall() -> None:
    found = judged("Acme's revenue rose [1]. The weather stayed pleasant throughout.")
    assert (found.recall, found.precision) == (0.5, 1)
    assert found.score == pytest.approx(2 / 3)


def test_a_citation_that_adds_nothing_counts_against_precision() -> None:
    found = judged("The board approved the merger [1][2].")
    assert (found.recall, found.precision) == (1, 0.5)


def test_citations_that_only_together_support_are_both_right() -> None:
    found = judged("After revenue rose to $3.2 million, the board approved the merger with Beta Logistics [1, 2].")
    assert (found.recall, found.precision) == (1, 1)


def test_a_citation_of_nothing_is_told() -> None:
    found = judged("Acme's revenue rose [7].")
    assert (found.unknown, found.score) == (1, 0)


def test_an_answer_without_statements_scores_0() -> None:
    assert judged("").score == judged("[1]").score == 0


def test_marks_name_what_they_cite_once() -> None:
    assert cites("So [1][2, 1] and [Report: 4]") == ["1", "2", "report:4"]


@pytest.mark.parametrize(
    ("output", "statements", "score"),
    [
        ("Acme Inc. reported revenue of $12 million [1].", 1, 1),
        ("Dr. Hill told J. Moore of revenue of $12 million [1].", 1, 0),
        ("Revenue was $12 million, vs. costs of $8 million [1][2].", 1, 1),
        ("Revenue was $12 million.\n[1]", 1, 1),
        ("Revenue was $12 million. [1]\n\n[1], [9]\n", 1, 2 / 3),
        ("Revenue and costs were $12 million and $8 million [1-2].", 1, 1),
        ("It is in all of them: revenue was $12 million [1-900].", 1, 0),
        ("BMW [3].", 1, 1),
        ("SAP [3].", 1, 0),
        ("Yes. Revenue was $12 million [1].", 1, 1),
    ],
)
def test_statements_and_marks_as_people_write_them(output: str, statements: int, score: float) -> None:
    passages = {
        "1": "Acme reported revenue of $12 million.",
        "2": "Costs were $8 million.",
        "3": "It is a BMW that they drive.",
    }
    found = citations(output, passages)
    assert found.statements == statements
    assert found.score == pytest.approx(score)


def test_very_many_lines_are_read_in_one_go() -> None:
    assert citations("\n" * 90_000 + "[1]", {"1": "x"}).statements == 0
    assert citations("Revenue\n" + "[1]\n" * 20_000, {"1": "Revenue"}).score == 1
