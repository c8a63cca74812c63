import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score import rouge_scorer

from ratchet_scoring.named import SCORERS, Wanted, score_by


@pytest.mark.parametrize(
    ("name", "output", "wanted", "score"),
    [
        ("task", "spam", Wanted("classification", "Spam"), 1),
        ("exact", "The answer!", Wanted("qa", "answer"), 1),
        ("token_f1", "the year 1996", Wanted("qa", "1996"), 2 / 3),
        ("hybrid_exact", "1.5 million", Wanted("qa", "1,500 thousand"), 1),
        ("hybrid_exact", "25%", Wanted("qa", "25 percent"), 1),
        ("hybrid_exact", "1,200, 1,500 thousand", Wanted("qa", ("1,500 thousand", "1,200 thousand")), 1),
        ("hybrid_f1", "1,500 million", Wanted("qa", "1,500 thousand"), 0),
        ("hybrid_f1", "1,500", Wanted("qa", ("1,500", "1,200")), 0.67),
        ("hybrid_f1", "the wages", Wanted("qa", "Wages and rent"), 0.5),
        ("task", "2023, 2024", Wanted("qa", ("2024", "2023")), 1),
        ("items_f1", "- a man\n- a plan", Wanted("entities", ["a plan"]), 2 / 3),
        ("items_covered", "- a man\n- a plan", Wanted("entities", ["a plan"]), 1),
        ("numeric", "About $3.2 million.", Wanted("qa", "3,200,000"), 1),
        ("numeric", "About $3.3 million.", Wanted("qa", "3,200,000"), 0),
        ("numeric", "About $3.3 million.", Wanted("qa", "3,200,000", tolerance=0.05), 1),
        ("numeric", "yes", Wanted("qa", "Yes."), 1),
        ("numeric", "It is 5 km away.", Wanted("qa", "5000 m"), 1),
        ("numeric", "12 m tall", Wanted("qa", "12 million"), 0),
        ("numeric", "About twelve metres.", Wanted("qa", "12 m"), 1),
        ("citations", "Revenue rose [1].", Wanted("qa", passages={"1": "The revenue rose."}), 1),
        ("json", "{}", Wanted("qa"), 1),
        ("label", "eggs", Wanted("classification", labels=("spam",)), 0),
        ("list", "- a", Wanted("entities"), 1),
        ("words", "We call Ann.", Wanted("chat", words=("call ann", "Bob")), 0.5),
        ("no_words", "As an AI model", Wanted("chat", words=("as an ai",)), 0),
        ("no_words", "The fair aim", Wanted("chat", words=("ai",)), 1),
        ("no_words", "Off we go \U0001f680", Wanted("chat", words=("\U0001f680",)), 0),
        ("no_words", "Plan C", Wanted("chat", words=("C++",)), 1),
        ("words", "In c++, of course", Wanted("chat", words=("C++",)), 1),
        ("words", "It costs 5", Wanted("chat", words=("$5",)), 0),
        ("words", "Don\u2019t!", Wanted("chat", words=("don't",)), 1),
        ("words", "What", Wanted("chat", words=("!!!",)), 0),
        ("words", "What!!!", Wanted("chat", words=("!!!",)), 1),
        ("most_words", "one two three", Wanted("summary", most_words=2), 0),
    ],
)
def test_a_scorer_is_named(name: str, output: str, wanted: Wanted, score: float) -> None:
    assert score_by(name, output, wanted) == pytest.approx(score)


@given(st.text("abc de.", max_size=40), st.text("abc de.", max_size=40))
def test_rouge_agrees_with_googles(output: str, target: str) -> None:
    names = {"rouge_1": "rouge1", "rouge_2": "rouge2", "rouge_l": "rougeL"}
    theirs = rouge_scorer.RougeScorer(list(names.values())).score(target, output)
    for ours, name in names.items():
        assert score_by(ours, output, Wanted("summary", target)) == pytest.approx(theirs[name].fmeasure)


@given(st.sampled_from(sorted(SCORERS)), st.text(max_size=40), st.text(max_size=40))
def test_any_answer_scores_between_0_and_1(name: str, output: str, target: str) -> None:
    assert 0 <= score_by(name, output, Wanted("qa", target, passages={"1": target}, most_words=5)) <= 1
