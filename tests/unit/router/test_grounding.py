"""Decisions on what is retrieved, and what an answer is from: no I/O."""

import pytest
from msgspec.structs import replace

from ratchet_common.vocabulary import TaskType
from ratchet_documents.page_turns import Turn
from ratchet_providers.base import Evidence
from ratchet_router.grounding.amount import is_small_talk, needed
from ratchet_router.grounding.citing import citations_of
from ratchet_router.grounding.comparing import Weighed, better, confirms
from ratchet_router.grounding.context import Context, approach_of
from ratchet_router.grounding.enough import covered, missing, names_in, stands_out, strays
from ratchet_router.grounding.going_on import Standing, next_step
from ratchet_router.grounding.heading import document_of, fitting, heading
from ratchet_router.grounding.merged import merged, new_in
from ratchet_router.grounding.other_language import other_language
from ratchet_router.grounding.rewording import reworded
from ratchet_router.grounding.sources import Grounding
from ratchet_scoring.nothing_said import says_nothing
from tests.unit.router.knowledge import LEASE, REPORT, SALES, source

ANY = Context()


@pytest.mark.parametrize(
    ("question", "amount"),
    [
        ("What is the rate of the lease?", "few"),
        ("What were net sales in Q3 2023?", "few"),
        ("How did net sales change from Q3 2022 to Q3 2023?", "many"),
        ("What were net sales in 2022 and 2023?", "many"),
        ("Compare Apple with Intel.", "many"),
        ("What is the rate? Who signed?", "many"),
        ("What were net sales in FY22 and FY23?", "many"),
        ("What were net sales in H1 2023 and H2 2023?", "many"),
        ("What is the rent of Halden Works and of Brunner Works?", "many"),
        ("What are the rent and the deposit of Halden Works?", "few"),
        ("Wie unterscheiden sich die Verträge?", "many"),
        ("Um wie viel ist der Umsatz gestiegen?", "many"),
        ("Wie hoch ist die Miete?", "few"),
        ("Quelle est la différence entre les deux contrats ?", "many"),
        ("Quel est le loyer ?", "few"),
        ("¿Cuánto aumentaron las ventas?", "many"),
        ("¿Cuál es la renta?", "few"),
        ("Bonsoir !", "none"),
        ("Hola, ¿qué tal?", "none"),
        ("Hello there, how are you?", "none"),
        ("Good morning, what is the rate?", "few"),
        ("Thank you so much!", "none"),
        ("Danke", "none"),
    ],
)
def test_how_much_is_retrieved_follows_from_the_question(question: str, amount: str) -> None:
    found = needed(question, TaskType.QA, ANY)
    assert found.amount == amount
    assert found.reasons


def test_what_a_request_says_goes_before_what_the_question_looks_like() -> None:
    asked = "How did net sales change?"
    assert needed(asked, TaskType.QA, Context(approach="direct")).amount == "none"
    assert needed(asked, TaskType.QA, Context(drawn="finetuned")).amount == "none"
    assert needed(asked, TaskType.QA, Context(text_given=True)).amount == "none"
    assert needed("Hello!", TaskType.QA, Context(approach="base_rag")).amount == "few"
    assert needed("Who signed?", TaskType.QA, Context(companies=("Apple", "Intel"))).amount == "many"
    assert needed("Who signed?", TaskType.REPORT, ANY).amount == "many"


def test_a_greeting_with_a_request_in_it_is_no_small_talk() -> None:
    assert is_small_talk("Hi!")
    assert not is_small_talk("Hi, net sales?")
    assert not is_small_talk("")
    assert not is_small_talk("History of the lease")


def test_what_is_there_is_enough_where_it_has_the_questions_words_and_something_stands_out() -> None:
    first, second = replace(LEASE, score=2.0, ranks={"words": 1}), replace(REPORT, score=1.0, ranks={"words": 2})
    assert covered("What is the rate of the lease?", [first]) == 1.0
    assert covered("Which dividends were declared?", [first]) == 0.0
    assert missing("What is the rate of the lease?", [first, second]) == ()
    assert missing("What is the rate?", []) == ("Nothing was found.",)
    assert "0%" in missing("Which dividends were declared?", [first, second])[0]
    assert not stands_out([first, replace(second, score=1.99)])
    assert stands_out([first, replace(second, score=0.0, ranks={})])  # it came along with the other
    assert stands_out([first])


def test_other_words_for_a_question_name_quarters_and_figures_as_filings_do() -> None:
    assert reworded("What was the revenue in Q3 2023?") == "revenue Q3 third quarter 2023 net sales total revenues"
    assert reworded("2023 Q1 profit") == "profit Q1 first quarter 2023 net income earnings"
    assert reworded("What is it?") == "What is it?"


def test_what_came_in_both_looks_stands_above() -> None:
    third = source("Other.", order=9)
    found = merged([LEASE, REPORT], [REPORT, third])
    assert [one.key for one in found] == [REPORT.key, LEASE.key, third.key]
    assert new_in([REPORT, third], [LEASE, REPORT]) == 1


def test_passages_have_numbers_titles_and_pages_and_fit() -> None:
    assert heading(1, LEASE) == "[1] Lease of the hall, page 3"
    assert heading(2, replace(REPORT, title="10-Q,\n [9] Q3")) == "[2] 10-Q, [9] Q3, pages 4-5"
    assert fitting([LEASE, REPORT], 10_000) == (LEASE, REPORT)
    assert fitting([LEASE, REPORT], 150) == (LEASE,)
    long = replace(LEASE, text="word " * 1_000)
    assert fitting([long, REPORT], 1_000) == (REPORT,)
    (cut,) = fitting([long], 1_000)
    assert len(heading(1, cut)) + 1 + len(cut.text) == 1_000
    assert fitting([], 1_000) == ()


SOURCES = (LEASE, REPORT)


def test_a_quote_is_cited_from_the_passage_that_it_names_or_stands_in() -> None:
    (found,) = citations_of('It is 4.5 percent [1: "The rate is 4.5 percent"].', SOURCES)
    assert (found.passage, found.document_id, found.first_page, found.last_page) == (1, "lease", 3, 3)
    assert (found.quote, found.table) == ("The rate is 4.5 percent", None)
    (unnumbered,) = citations_of('81,797 million ["Net sales were 81,797 million"].', SOURCES)
    assert (unnumbered.passage, unnumbered.title) == (2, "10-Q, Q3 2023")
    assert unnumbered.table is not None
    assert unnumbered.table.number == 2


SITES = "Site 2 had 222 visitors.\nSite 3 had 333 visitors,\nall of them by red bus.\nSite 2 had 222 visitors."
TURNS = (Turn(SITES.index("Site 3"), 3), Turn(SITES.index("all of"), 4), Turn(SITES.rindex("Site 2"), 6))
OVER_PAGES = source(SITES, first_page=2, last_page=6, turns=TURNS)


@pytest.mark.parametrize(
    ("output", "pages"),
    [
        ("There were 333 visitors at site 3 [1].", (3, 3)),
        ('Many ["Site 3 had 333 visitors"].', (3, 3)),
        ('Many [1: "Site 3 had 333 visitors, all of them by red bus"].', (3, 4)),
        ('Many [1: "Site 2 had ... all of them"].', (2, 4)),
        ("222 visitors", (2, 2)),
        ("all of them by red bus", (4, 4)),
    ],
)
def test_a_citation_has_the_pages_of_its_quote(output: str, pages: tuple[int, int]) -> None:
    (found,) = citations_of(output, [OVER_PAGES])
    assert (found.first_page, found.last_page) == pages
    (unknown,) = citations_of(output, [replace(OVER_PAGES, turns=())])
    assert (unknown.first_page, unknown.last_page) == (2, 6)


def test_the_same_words_on_two_pages_are_cited_from_the_one_that_is_pointed_to() -> None:
    text = document_of([OVER_PAGES])
    places = [Evidence("222", at, at + 3) for at in (text.index("222"), text.rindex("222"))]
    found = citations_of("444 in all", [OVER_PAGES], places)
    assert [(one.first_page, one.quote) for one in found] == [(at, "Site 2 had 222 visitors.") for at in (2, 6)]


def test_a_mark_is_given_the_sentence_that_is_nearest_to_what_stands_before_it() -> None:
    found = citations_of("The rate is 4.5 percent [1]. Sales were 81,797 million [2].", SOURCES)
    assert [(one.passage, one.quote) for one in found] == [(1, "The rate is 4.5 percent."), (2, SALES)]
    both = citations_of("Both hold [1-2].", SOURCES)
    assert [one.passage for one in both] == [1, 2]


def test_what_no_passage_bears_out_is_no_citation() -> None:
    assert citations_of('It is 9 percent [1: "The rate is 9 percent"].', SOURCES) == ()
    assert citations_of('It is so [2: "The rate is 4.5 percent"].', SOURCES) == ()
    assert citations_of("It is so [3] [0].", SOURCES) == ()
    assert citations_of("It is so [1].", ()) == ()


def test_a_short_answer_without_marks_is_cited_from_where_it_stands() -> None:
    (found,) = citations_of("4.5 percent", SOURCES)
    assert (found.passage, found.quote) == (1, "The rate is 4.5 percent.")
    assert citations_of("5 percent", SOURCES) == ()  # not the end of "4.5 percent"
    assert citations_of("in the", SOURCES) == ()
    (figure,) = citations_of("81,797", SOURCES)
    assert figure.passage == 2


def test_a_short_answer_is_cited_from_the_places_that_whoever_picked_it_tells() -> None:
    text = document_of(SOURCES)
    at = text.index("82,959")
    (found,) = citations_of("in all 82", SOURCES, [Evidence("82,959", at, at + 6)] * 2)
    assert (found.passage, found.quote) == (2, SALES)
    low = text.index("2031")
    both = citations_of("1", SOURCES, [Evidence("82,959", at, at + 6), Evidence("2031", low, low + 4)])
    assert [(one.passage, one.quote) for one in both] == [(2, SALES), (1, "The lease runs until 2031.")]
    marked = citations_of("It is so [1].", SOURCES, [Evidence("82,959", at, at + 6)])
    assert [one.passage for one in marked] == [1]  # its own marks go before
    title = text.index("10-Q")
    for wrong in (Evidence("82,959", at + 1, at + 7), Evidence("10-Q", title, title + 4), Evidence("x", 9_999, 10_000)):
        assert citations_of("in all 82", SOURCES, [wrong]) == ()


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("5", "See note 5 to the financial statements."),
        ("Yes.", "Check the box: Yes [x] No [ ]"),
        ("Apple", "Apple Inc. has an office there."),
        ("12", "The board has 12 members."),
    ],
)
def test_one_word_or_a_small_figure_stands_in_too_many_places_to_be_cited_from_one(output: str, text: str) -> None:
    assert citations_of(output, [source(text)]) == ()


def test_a_quote_is_shown_as_the_passage_has_it() -> None:
    its = [source("The Board\nhas 5 independent members."), source("Die Stra\u00dfe ist lang. Sie endet hier.")]
    (found,) = citations_of('["THE BOARD HAS 5"]', its)
    assert found.quote == "The Board\nhas 5"
    (shortened,) = citations_of('[1: "the board ... members"]', its)
    assert shortened.quote == "The Board \u2026 members"
    (other_letters,) = citations_of('["die strasse ist lang"]', its)
    assert other_letters.quote == "Die Stra\u00dfe ist lang."


def test_of_a_long_sentence_the_part_is_quoted_that_the_answer_is_from() -> None:
    (found,) = citations_of("4.5 percent", [source("word " * 300 + "the rate is 4.5 percent " + "word " * 300)])
    assert "the rate is 4.5 percent" in found.quote
    assert len(found.quote) == 500


class Counted(str):
    """How often it is taken apart."""

    times = 0

    def casefold(self) -> str:
        self.times += 1
        return super().casefold()


@pytest.mark.parametrize("output", ["[1]" * 2_700, "[1-15] " * 500, '["Net sales rose"] ' * 500])
def test_whatever_points_to_a_passage_it_is_taken_apart_once(output: str) -> None:
    text = Counted(SALES * 20)
    found = citations_of(output, [source(text)] * 15)
    assert len(found) <= 50
    assert text.times <= 15


def test_of_an_endless_answer_not_every_mark_is_looked_up() -> None:
    text = " ".join(f"Row {n} has {n} entries." for n in range(1_000))
    found = citations_of(" ".join(f"Row {n} is said to be long [1]." for n in range(1_000)), [source(text)])
    assert len(found) == 50
    same = citations_of(" ".join(f"Item {n} [1]." for n in range(1_000)) + " Row 7 has 7 entries [1].", [LEASE])
    assert [one.quote for one in same] == ["The lease runs until 2031."]


def at(**how: object) -> Standing:
    given = {
        "approach": "base_rag",
        "confidence": 0.5,
        "says_nothing": False,
        "misquotes": False,
        "threshold": 0.7,
        "rounds": 1,
        "most_rounds": 3,
        "fixed": False,
    } | how
    return Standing(**given)  # type: ignore[arg-type]


def test_after_an_answer_more_is_read_then_another_asked_and_what_is_none_is_not_found() -> None:
    assert next_step(at(confidence=0.7)) == "stop"
    assert next_step(at(confidence=None)) == "stop"
    assert next_step(at()) == "another round"
    assert next_step(at(drained=True)) == "not found"
    assert next_step(at(rounds=3)) == "not found"
    assert next_step(at(rounds=3, confirmed=True)) == "stop"
    assert next_step(at(rounds=3, confidence=None)) == "stop"  # nothing is known of it
    assert next_step(at(rounds=3, confidence=None, strays=True)) == "not found"
    assert next_step(at(says_nothing=True, drained=True)) == "not found"
    hybrid = at(approach="hybrid_rag_finetuned", rounds=3)
    assert next_step(hybrid._replace(others=True)) == "another approach"
    assert next_step(hybrid) == "not found"
    assert next_step(hybrid._replace(misquotes=True)) == "not found"
    assert next_step(at(confidence=1.0, says_nothing=True, rounds=3)) == "not found"
    assert next_step(at(confidence=1.0, misquotes=True, rounds=3)) == "not found"


def test_passages_are_about_something_else_where_words_or_names_of_the_question_are_missing() -> None:
    memo = source(
        "Management expects capital expenditure of 33.5 million euros. Oversize costs 77 euros.", title="Memo"
    )
    assert strays("What is the capital of Peru?", [memo])
    assert strays("Wie hoch ist die Miete?", [memo])
    assert not strays("What capital expenditure does Management of Peru expect?", [memo])
    assert not strays("Is it expected in May?", [source("Two are expected.")])
    assert not strays("Wie hoch ist die Miete?", [replace(memo, ranks={"vectors": 3})])  # found by what it means
    assert not strays("What is it?", [memo])
    assert not strays("What is the capital of Peru?", [])
    assert "No passage has what the question names: Peru." in missing("What is the capital of Peru?", [memo])


def test_in_a_language_whose_forms_are_not_known_fewer_words_tell() -> None:
    minutes = source("הוחלט לדחות את ההשקה לחודש מאי בגלל עיכוב בבדיקות.")
    assert not strays("למתי נדחתה ההשקה?", [minutes])
    assert strays("מה צבע הדלת במחסן?", [minutes])


@pytest.mark.parametrize(
    "told", ["sales of 2025", "FY25 sales", "sales in '25", "2024/25 sales", "sales until 31.12.25"]
)
def test_a_year_is_told_as_people_write_it(told: str) -> None:
    assert not strays("What were the sales in Q3 2025?", [source(f"In Q3 there were {told} of 5 million.")])


def test_a_company_that_the_question_misspells_is_not_missing() -> None:
    of_quillbeam = source(
        "Operating income was 32.4 million.", title="Half-year report", company="Quillbeam Optics Inc."
    )
    assert not strays("What was the operating income of Quilbeam?", [of_quillbeam])
    assert strays("What was the operating income of Qilbeam?", [of_quillbeam])


def test_passages_of_other_years_than_the_questions_are_about_something_else() -> None:
    of_2023 = source("In Q3 2023 net sales were 2,025 million, 12.25 % more.", title="Report of 2023")
    assert strays("What were the net sales in Q3 2025?", [of_2023])
    assert "No passage tells of 2025." in missing("What were the net sales in Q3 2025?", [of_2023])
    assert not strays("How did the net sales change from 2023 to 2025?", [of_2023])
    assert not strays("What were the net sales in Q3 2025?", [of_2023, replace(of_2023, period="2025-Q3")])
    assert not strays("Were net sales above 2,000 million?", [of_2023])
    assert not strays("Were the net sales in Q3 of 2023 more than 2000 million?", [of_2023])
    assert strays("¿Cuáles fueron net sales de 2025 in Q3?", [of_2023])
    assert not strays("Were the net sales in the report more than 2000 million?", [of_2023])


def test_names_are_what_is_written_large_within_a_sentence() -> None:
    assert names_in("What did Apple's board say of 10-K Q3 in May? And Intel of Peru?") == ["Apple", "Intel", "Peru"]
    assert names_in("Who signed?") == []


def test_two_answers_are_compared_by_numbers_of_the_same_kind() -> None:
    sure, unsure = Weighed("a", probability=0.6), Weighed("b", probability=0.5)
    assert better(sure, unsure, 0.7)
    assert not better(unsure, sure, 0.7)
    assert not better(sure, sure, 0.7)  # another look has brought nothing surer
    assert better(Weighed("a", number=0.75), Weighed("b", number=0.6), 0.7)
    assert not better(Weighed("", says_nothing=True), unsure, 0.7)
    assert better(unsure, Weighed("a", strays=True), 0.7)
    assert better(Weighed("", says_nothing=True), Weighed("", says_nothing=True), 0.7)  # it has read more


def test_a_probability_and_what_only_checks_say_are_compared_by_what_both_have() -> None:
    tuned, base = Weighed("87", probability=0.45), Weighed("It paid 77 [1].", number=0.75)
    assert better(base, tuned, 0.7)
    assert not better(base._replace(failed=1, number=0.375), tuned, 0.7)
    assert not better(base._replace(output='It paid 87 [2: "paid 87"].'), tuned, 0.7)
    assert not better(base, tuned._replace(probability=0.8), 0.7)
    assert better(tuned._replace(probability=0.8), base, 0.7)
    assert not better(tuned, base, 0.7)


@pytest.mark.parametrize(
    ("other", "same"),
    [("It is 87 million.", True), ("87.", True), ("It is 87.5.", False), ("It is 1,87", False), ("", False)],
)
def test_an_answer_is_confirmed_by_another_that_has_it_word_for_word(other: str, same: bool) -> None:
    assert confirms(Weighed("87"), Weighed(other)) == same
    assert not confirms(Weighed("87", misquotes=True), Weighed(other))


def test_what_was_named_stays_and_what_looks_into_nothing_is_never_not_found() -> None:
    named = at(approach="hybrid_rag_finetuned", rounds=3, fixed=True, others=True)
    assert next_step(named) == "stop"
    assert next_step(named._replace(says_nothing=True)) == "not found"
    assert next_step(at(fixed=True)) == "another round"
    assert next_step(at(approach="direct", rounds=0)) == "another round"  # its first
    assert next_step(at(approach="direct", rounds=0, fixed=True)) == "stop"
    assert next_step(at(approach="finetuned", rounds=3)) == "stop"


def test_the_words_of_the_templates_say_that_nothing_was_found() -> None:
    assert says_nothing("The text does not say.\n")
    assert says_nothing("Not found in your documents.")
    assert not says_nothing("The text does not say when, but it was 4.5 percent.")


def test_an_approach_is_who_answers_and_whether_passages_were_read() -> None:
    assert approach_of("direct", retrieved=True) == "base_rag"
    assert approach_of("finetuned", retrieved=True) == "hybrid_rag_finetuned"
    assert approach_of("hybrid_rag_finetuned", retrieved=False) == "finetuned"
    assert approach_of("direct", retrieved=False) == "direct"


def test_of_a_document_that_changed_between_two_looks_the_older_revision_counts() -> None:
    found = Grounding(
        decision="another round",
        sources=(
            source("The rate.", revision=3),
            source("Net sales.", document_id="report", revision=2),
            source("The end.", revision=2, order=1),
        ),
    )
    assert (found.documents, found.revisions) == (("lease", "report"), (2, 2))


GERMAN = "Die Miete der Halle ist nicht so hoch wie in dem Vertrag, und sie wird von der Stadt für das Jahr bezahlt."


def test_a_question_in_another_language_than_the_passages_is_told() -> None:
    text = source("It is not for the tenant to say what that was.")
    (said,) = other_language("Wie hoch ist die Miete?", [LEASE, text], by_words=True)
    assert said.startswith("The question is taken to be in German, and what was read in English: only words")
    (said,) = other_language("What is the rent of the hall?", [source(GERMAN)], by_words=False)
    assert said == (
        "The question is taken to be in English, and what was read in German: what it means was searched for."
    )
    (said,) = other_language("Wie hoch ist die Miete?", [], by_words=True)
    assert said == "The question is taken to be in German: by words, documents in another language are not found."
    assert other_language("Wie hoch ist die Miete?", [], by_words=False) == ()
    assert other_language("Wie hoch ist die Miete?", [source(GERMAN)], by_words=True) == ()
    assert other_language("Miete?", [LEASE, text], by_words=True) == ()
    assert other_language("Wie hoch ist die Miete?", [source("12 | 13 | 14")], by_words=True) == ()


@pytest.mark.parametrize("period", ["Q3/2023", "Q3 2023", "2023-Q3", "3Q23", "Q3 FY23", "3. Quartal 2023", "T3 2023"])
def test_a_quarter_is_one_period_however_it_is_written(period: str) -> None:
    for context in (ANY, Context(periods=("Q3 2023",))):
        assert needed(f"What were net sales in {period}?", TaskType.QA, context).amount == "few"


@pytest.mark.parametrize("periods", ["Q3 2023, Q3 2022", "Q2 und Q3 2023", "2023 und 2022", "T2 et T3 2023"])
def test_several_periods_are_counted(periods: str) -> None:
    assert "It is about 2 periods." in needed(f"Net sales of {periods}", TaskType.QA, ANY).reasons
