"""Which documents a question is about."""

import time

import pytest

from ratchet_documents.asked_about import asked_about, of_periods
from ratchet_documents.asked_companies import companies_named, short_name
from ratchet_documents.asked_documents import About
from ratchet_documents.asked_times import times_in

KNOWN = [
    About("a1", "2023 Q1 ACME", "Acme, Inc.", "2023-Q1", "2023-03-31"),
    About("a2", "2023 Q2 ACME", "Acme, Inc.", "2023-Q2", "2023-06-30"),
    About("b1", "2023 Q1 BOLT", "Bolt & Nut Corporation", "2023-Q1", "2023-03-31"),
    About("n", "Notes of the meeting on tyres"),
]


def ids(question: str) -> tuple[str, ...] | None:
    return asked_about(question, KNOWN).documents


def test_a_company_narrows_to_its_documents_and_a_period_to_that_time() -> None:
    assert ids("What were Acme's net sales?") == ("a1", "a2")
    assert ids("What were ACME’s net sales in Q1 2023?") == ("a1",)
    assert ids("What did Acme sell in the second quarter of 2023?") == ("a2",)
    assert ids("Which companies sold less in 2023 Q1?") == ("a1", "b1")
    assert ids("Did Bolt & Nut grow?") == ("b1",)


def test_the_latest_is_that_of_each_company() -> None:
    assert ids("What is in the latest report?") == ("a2", "b1")
    assert ids("What was Acme's margin in the most recent quarter?") == ("a2",)


def test_the_latest_of_something_may_stand_in_what_is_of_no_period() -> None:
    assert ids("What is the latest launch date?") == ("a2", "b1", "n")
    assert ids("What is Acme's latest plan?") == ("a2",)
    assert asked_about("What is the latest launch date?", KNOWN).reasons == (
        "The question is about the latest period, and what is of no period is searched as well.",
    )


def test_a_title_names_its_document() -> None:
    found = asked_about("What do the notes of the meeting on tyres say of Acme?", KNOWN)
    assert found.documents == ("n",)
    assert found.reasons == ("The question names the document Notes of the meeting on tyres.",)


@pytest.mark.parametrize("question", ["What is the risk?", "Is an acmeist a poet?", ""])
def test_what_names_nothing_narrows_nothing(question: str) -> None:
    found = asked_about(question, KNOWN)
    assert (found.documents, found.reasons) == (None, ())


def test_a_period_of_which_there_is_nothing_is_said_and_not_made_up() -> None:
    found = asked_about("What were Acme's sales in Q4 2019?", KNOWN)
    assert found.documents == ("a1", "a2")
    assert found.reasons[-1] == (
        "The question is about 2019-Q4, of which no document is known: all periods are searched."
    )


def test_several_periods_and_the_years_within_them() -> None:
    assert ids("How did Acme do in Q1 2023 compared with Q2 2023?") == ("a1", "a2")
    assert ids("Compare Q1 2023 with Q2 2023") == ("a1", "a2", "b1")


def test_nothing_is_known() -> None:
    assert asked_about("What were Acme's sales in Q1 2023?", []).documents is None


def test_a_company_goes_by_its_name_without_the_legal_form() -> None:
    names = ("Amazon.com, Inc.", "The Bolt Company", "Inc.", "")
    assert [short_name(name) for name in names] == ["amazon", "bolt", "", ""]


V2 = About("v2", "Voltarin Energie SE", "Voltarin Energie SE", "2024-Q2", "2024-06-30")
V3 = About("v3", "Voltarin Energie SE", "Voltarin Energie SE", "2024-Q3", "2024-09-30")
N3 = About("n3", "Norrmark Holding AB", "Norrmark Holding AB", "2024-Q3", "2024-09-30")
OSTERWALD = About("o", "Annual report", "Osterwald Chemicals, Inc.", "2023", "2023-12-31")
TABLE = About("table", "Brightwell", "", "2023", "", ("2022", "2023"))
FISCAL = About("fiscal", "10-Q", "Larkspur Foods Inc.", "2022-Q3", "2022-06-25")
MINUTES = About("minutes", "Minutes")
MANY = [V2, V3, N3, OSTERWALD, TABLE, FISCAL, MINUTES]


def of_many(question: str) -> tuple[str, ...] | None:
    return asked_about(question, MANY).documents


@pytest.mark.parametrize(
    ("question", "documents"),
    [
        ("Compare the net income of Voltarin and Norrmark in Q3 2024", ("v3", "n3")),
        ("What was Osterwald's revenue?", ("o",)),
        ("what was voltarin's revenue in 3q24", ("v3",)),
        ("Wie hoch war Voltarins Umsatz im dritten Quartal 2024?", ("v3",)),
        ("Is Norrmark SE profitable?", ("n3",)),
        ("Did Larkspur sell more foods than Osterwald Chemicals?", ("o", "fiscal")),
        ("Which chemicals and foods are sold?", None),
    ],
)
def test_the_first_words_of_a_name_are_the_company(question: str, documents: tuple[str, ...] | None) -> None:
    assert of_many(question) == documents


def test_first_words_that_are_ordinary_or_of_several_companies() -> None:
    companies = (
        "General Turbines plc",
        "Norrmark Holding AB",
        "Norrmark Shipping AB",
        "Delta Air Lines, Inc.",
        "Target Corp",
    )
    known = [About(str(at), "", company) for at, company in enumerate(companies)]

    def of(question: str) -> tuple[str, ...] | None:
        return asked_about(question, known).documents

    assert of("In general, what is the target?") is None
    assert of("What did General Turbines and Target sell?") == ("0", "4")
    assert of("What did Norrmark earn?") == ("1",)  # the whole of its name, without the legal form
    assert of("What did Norrmark Shipping earn?") == ("2",)
    assert of("What did Delta earn?") == ("3",)
    both = asked_about(
        "What did Fjord earn?", [About("a", "", "Fjord Foods AS"), About("b", "", "Fjord Oil AS"), *known]
    )
    assert both.documents == ("a", "b")


def test_a_company_of_which_there_is_no_document_is_said() -> None:
    found = asked_about("Compare Norrmark Holding AB and Zentrix Corporation", MANY)
    assert (found.documents, found.unheard) == (("n3",), ())
    assert found.reasons[-1] == "No document of Zentrix Corporation is here."
    found = asked_about("How do Zentrix and Norrmark compare?", MANY)
    assert (found.documents, found.reasons[-1]) == (
        ("n3",),
        "If Zentrix is a company: no document of it is here.",
    )


@pytest.mark.parametrize(
    ("question", "unheard"),
    [
        ("What did Compare Zentrix Corporation sell?", ("Zentrix Corporation",)),
        ("What was Zentrix's revenue in Q3 2024?", ("Zentrix",)),
        ("Did Norrmark Shipping AB grow?", ("Norrmark Shipping AB",)),
        ("How did the Board's view change?", ()),
        ("What is the Company's revenue, and today's price?", ()),
    ],
)
def test_who_alone_is_named_and_has_no_document_is_told(question: str, unheard: tuple[str, ...]) -> None:
    assert asked_about(question, MANY).unheard == unheard


def test_a_title_that_is_a_company_leaves_the_period_its_say() -> None:
    assert of_many("What was the revenue of Voltarin Energie SE in Q2 2024?") == ("v2",)
    assert of_many("What was the revenue of Voltarin Energie SE?") == ("v2", "v3")
    assert of_many("What does Norrmark say in its annual report?") == ("n3",)  # the one of that title is another's


@pytest.mark.parametrize(
    ("question", "documents"),
    [
        ("Revenue of Voltarin for the three months ended September 30, 2024?", ("v3",)),
        ("Revenue of Voltarin in the quarter ended June 30, 2024?", ("v2",)),
        ("Sales of the three months ended June 25, 2022?", ("table", "fiscal")),
        ("Sales of Larkspur of the three months ended June 25, 2022?", ("fiscal",)),
        ("Sales of Larkspur in Q3 FY22?", ("fiscal",)),
        ("Sales of the year ended December 31, 2023?", ("o", "table")),
        ("Net income of Voltarin in Q2 and Q3 2024?", ("v2", "v3")),
        ("Net income of Voltarin in 2Q24?", ("v2",)),
        ("Net income of Voltarin in the first half of 2024?", ("v2",)),
        ("Net sales in FY2022?", ("o", "table", "fiscal")),
        ("Net sales in FY2023?", ("o", "table")),
        ("What did Osterwald sell in 2023 and 2022?", ("o",)),
        ("What did we decide in May 2024?", ("v2", "minutes")),
        ("What happened in 2024?", ("v2", "v3", "n3", "minutes")),
        ("Which debt is due in 2024?", None),
        ("What did 2024 bring, from 2021 on?", None),
    ],
)
def test_times_as_people_write_them(question: str, documents: tuple[str, ...] | None) -> None:
    assert of_many(question) == documents


def test_a_named_company_without_that_time_is_not_left_out() -> None:
    found = asked_about("Compare Voltarin and Norrmark in Q2 2024", MANY)
    assert found.documents == ("v2", "n3")
    assert found.reasons[-1] == "Of Norrmark Holding AB no document of that time is known: all of its are searched."


def test_a_report_has_the_year_before_beside_its_own_and_that_is_said() -> None:
    found = asked_about(
        "What did Norrmark earn in Q3 2023?", [*MANY, About("n1", "", "Norrmark Holding AB", "2024-Q1")]
    )
    assert found.documents == ("n3",)
    assert found.reasons[-1].startswith("No document is of 2023-Q3 alone")


def test_what_somebody_wrote_for_a_day_is_no_error() -> None:
    odd = [About("a", "", "Acme Ltd", "some time", "soon"), About("b", "", "Acme Ltd", "2024-Q1", "2024-03-31")]
    assert asked_about("Acme in Q1 2024", odd).documents == ("b",)
    assert asked_about("Acme in 2024 and in the year ended 1 January 0001, 9999 and 2024", odd).documents == ("b",)


@pytest.mark.parametrize("odd", ["Acme and ", "A b, ", "Q1 and ", "2023 and ", "in 2023, ", "Aa's ", "Zz "])
def test_a_question_of_one_thing_over_and_over_is_read_once(odd: str) -> None:
    known = [About(str(at), "", f"Company{at} Nord Ltd", "2024-Q1") for at in range(2_000)] + KNOWN
    began = time.process_time()
    asked_about(odd * (20_000 // len(odd)), known)
    assert time.process_time() - began < 2


@pytest.mark.parametrize("odd", ["e", "a-", "aA"])
def test_a_question_of_one_long_word_is_read_once(odd: str) -> None:
    began = time.process_time()
    asked_about("What of Voltarin A" + odd * (20_000 // len(odd)), KNOWN)
    assert time.process_time() - began < 2


def test_an_unknown_company_behind_a_known_one_is_another() -> None:
    named = companies_named("Compare Fernwood Mills and Zentrix Corporation.", ["Fernwood Mills, Inc."])
    assert (named.ours, named.unknown, named.maybe) == (frozenset({"fernwood mills"}), ("Zentrix Corporation",), ())


@pytest.mark.parametrize(
    ("period", "found"),
    [
        ("FY2023", ["year", "others"]),  # of each company its own
        ("2023-Q3", ["others", "third"]),
        ("Q3 2023", ["others", "third"]),
        ("2023-H2", ["year", "others", "third"]),
        ("2022", ["year"]),  # its figures stand in that of a year later; a quarter of then is of no whole year
        ("2023-08", ["year", "others", "third"]),
        ("2019", []),
        ("soon", []),
    ],
)
def test_a_filter_of_periods_leaves_what_tells_of_them(period: str, found: list[str]) -> None:
    known = [
        About("year", "Annual report", "Fernwood Mills, Inc.", "2023", "2023-12-31"),
        About("third", "10-Q", "Fernwood Mills, Inc.", "2023-Q3", "2023-09-30"),
        About("others", "10-Q", "Quillon Paper Ltd.", "2023-Q3", "2023-09-30"),
    ]
    assert sorted(one.document_id for one in of_periods(known, [period])) == sorted(found)


BRANWICK = [
    About("w", "Report of Branwick", "Branwick Foods plc", "2023", "2023-12-31"),
    About("v", "Report of Voltarin", "Voltarin Energie SE", "2023", "2023-12-31"),
    About("x", "Report of Voltarix", "Voltarix AG", "2023", "2023-12-31"),
]


@pytest.mark.parametrize(
    "question",
    [
        "What was the revenue of Branwik?",
        "What was Branwik's revenue?",
        "Branwikc: what was the revenue?",
        "What was the revenue of Branwick Foods plc?",
        "What was the revenue of Brannwick?",
    ],
)
def test_a_name_with_one_letter_wrong_is_the_one_that_it_is_near_to(question: str) -> None:
    found = asked_about(question, BRANWICK)
    assert (found.documents, found.unheard) == (("w",), ())


def test_what_a_name_is_taken_for_is_said() -> None:
    assert asked_about("What was the revenue of Branwik?", BRANWICK).reasons == (
        "The question names Branwick Foods plc.",
        "No company Branwik is known: it is taken for Branwick Foods plc, which is a letter away.",
    )


@pytest.mark.parametrize(
    "question",
    [
        "What did Mr. Branwik say?",  # a person
        "What was the revenue of branwik?",  # may be a word
        "What was the revenue of Branik?",  # two letters away
        "What was the revenue of Voltari?",  # of two companies
        "Is Brandwork done?",
    ],
)
def test_what_is_not_surely_a_misspelt_name_narrows_nothing(question: str) -> None:
    assert asked_about(question, BRANWICK).documents is None


def test_a_full_name_that_is_not_there_is_not_taken_for_another() -> None:
    found = asked_about("What was the revenue of Branwik Corporation?", BRANWICK)
    assert (found.documents, found.unheard) == (None, ("Branwik Corporation",))


@pytest.mark.parametrize(
    ("question", "period"),
    [
        ("Quel était le chiffre d'affaires au 2e trimestre 2023 ?", "2023-Q2"),
        ("Ventes du deuxième trimestre de l'exercice 2023", "2023-Q2"),
        ("Ventes T2 2023", "2023-Q2"),
        ("Ventas del segundo trimestre de 2023", "2023-Q2"),
        ("Ventas del 2.º trimestre del año 2023", "2023-Q2"),
        ("Ventas 2T23", "2023-Q2"),
        ("Vendite del secondo trimestre 2023", "2023-Q2"),
        ("Vendas do primeiro trimestre de 2023", "2023-Q1"),
        ("Ventes du premier semestre 2023", "2023-H1"),
        ("Ventas del primer semestre de 2023", "2023-H1"),
    ],
)
def test_quarters_and_halves_are_heard_in_other_languages(question: str, period: str) -> None:
    assert [one.name for one in times_in(question)] == [period]


def test_years_and_quarters_that_are_joined_in_other_languages_are_heard() -> None:
    assert [one.name for one in times_in("Ventes T2 et T3 2023")] == ["2023-Q2", "2023-Q3"]
    assert [one.name for one in times_in("Ventas del segundo trimestre 2023 y 2022")] == ["2023-Q2", "2022-Q2"]


FEBRUARY = About("feb", "Minutes of the steering committee", held="2026-02-12")
MARCH = About("mar", "Minutes of the steering committee", held="2026-03-12")
APRIL = About("apr", "Minutes of the steering committee", held="2026-04-09", file="steerco_april.docx")
STANDUP = About("daily", "Harrier stand-up", held="2026-04-20")
MEMO = About("memo", "A memo on tyres")
HELD = [FEBRUARY, MARCH, APRIL, STANDUP, MEMO]


@pytest.mark.parametrize(
    ("question", "documents"),
    [
        ("What was decided on 12 March 2026?", ("mar",)),
        ("Was wurde in der Sitzung vom 9. April 2026 beschlossen?", ("apr",)),
        ("Which risks were raised in March 2026?", ("mar", "memo")),
        ("Which risks were raised in the first quarter of 2026?", ("feb", "mar", "apr", "daily")),  # how it went, too
        ("What did the last meeting of the steering committee decide?", ("apr",)),
        ("What was decided in the latest meeting?", ("daily",)),
        ("Was wurde in der letzten Sitzung beschlossen?", ("daily",)),
        ("Who owns what is due on 12 March 2026?", None),
        ("What was decided on 13 March 2026?", ("mar", "memo")),
        ("Which tyres were chosen?", None),
        ("What did the steering committee decide on 12 March 2026?", ("mar",)),
        ("What did the committee decide on March 12?", ("mar",)),
        ("Was wurde am 9. April beschlossen?", ("apr",)),
        ("¿Qué se decidió el 12 de marzo de 2026?", ("mar",)),
        ("Was wurde im März 2026 beschlossen?", ("mar", "memo")),
        ("What was decided at the last meeting in March 2026?", ("mar",)),
        ("What did the last steerco decide?", None),
        ("What did the steerco decide in its last session?", ("apr",)),
        ("When is the next meeting of the steering committee?", ("apr",)),
        ("When is the next meeting?", ("apr", "daily")),
    ],
)
def test_minutes_are_of_the_day_of_their_meeting(question: str, documents: tuple[str, ...] | None) -> None:
    assert asked_about(question, HELD).documents == documents


def test_the_minutes_that_are_meant_are_said_and_a_filter_of_months_knows_them() -> None:
    found = asked_about("What did the last meeting of the steering committee decide?", HELD)
    assert found.reasons == ("The question is about the minutes of 2026-04-09.",)
    assert of_periods(HELD, ["2026-03"]) == [MARCH]
    assert of_periods(HELD, ["2025"]) == []


def test_a_day_without_minutes_is_said_where_a_meeting_is_asked_for() -> None:
    assert (
        "There are no minutes of 2026-03-13." in asked_about("Who met at the meeting on 13 March 2026?", HELD).reasons
    )
    assert asked_about("Which tyres were bought on 13 March 2026?", HELD).reasons == ("The question is about 2026-03.",)
    assert "There are no minutes" not in str(asked_about("Who met on 12 March 2026 in the meeting?", HELD).reasons)


REPORTS = [
    About("annual", "Report", "Acme, Inc.", "2025", "2025-12-31"),
    About("third", "Report", "Acme, Inc.", "2026-Q3"),
    About("bolt", "Report", "Bolt & Nut Corporation", "2025-Q4", "2025-12-31"),
]


@pytest.mark.parametrize(
    "question",
    [
        "What is Acme's latest revenue?",
        "Wie hoch war der Umsatz von Acme im letzten Quartal?",
        "Was steht im neuesten Bericht von Acme?",
        "Quel était le chiffre d'affaires d'Acme au dernier trimestre ?",
        "¿Cuáles fueron las ventas de Acme en el último trimestre?",
    ],
)
def test_the_latest_is_by_the_end_of_the_period_also_where_only_its_name_tells_it(question: str) -> None:
    assert asked_about(question, REPORTS).documents == ("third",)


def test_the_name_of_a_company_is_nothing_foretold() -> None:
    assert [one.name for one in times_in("What was the revenue of Target in 2025?")] == ["2025"]
    assert [one.name for one in times_in("What did Will say in May 2025?")] == ["2025-05"]
    assert times_in("What is the target in 2027?") == times_in("Will it be ready in 2027?") == []


def test_a_document_is_named_by_its_file_too() -> None:
    known = [
        About("plan", "Quartz Harbour", file="migration_plan.docx"),
        About("year", "Quartz Harbour", file="annual report.pdf"),
        About("other", "Notes"),
    ]
    assert asked_about("Who owns the cut-over according to migration_plan.docx?", known).documents == ("plan",)
    assert asked_about("Who owns the cut-over according to the migration plan?", known).documents == ("plan",)
    assert asked_about("Which annual report is right?", known).documents is None


@pytest.mark.parametrize(
    ("company", "short"),
    [
        ("Exempla Vega S.A.", "exempla vega"),
        ("Exempla A/S", "exempla"),
        ("Exempla Marine AS", "exempla marine"),
        ("SAS Exempla Inc.", "sas exempla"),
        ("A.P. Exempla AB", "a p exempla"),
        ("Exempla U.S.", "exempla u s"),
    ],
)
def test_legal_forms_with_full_stops_are_no_part_of_a_name(company: str, short: str) -> None:
    assert short_name(company) == short


@pytest.mark.parametrize(
    "question",
    [
        "What is in Acme's latest annual report?",
        "What was Acme's revenue in the last fiscal year?",
        "Was steht im letzten Geschäftsbericht von Acme?",
        "Quel est le résultat net d'Acme du dernier exercice ?",
    ],
)
def test_the_latest_annual_report_is_no_newer_quarter(question: str) -> None:
    assert asked_about(question, REPORTS).documents == ("annual",)


@pytest.mark.parametrize(
    ("question", "times"),
    [
        ("How did the budget develop between January and April 2026?", ["2026-01 to 2026-04"]),
        ("Sales in January and February 2026", ["2026-01", "2026-02"]),
        ("Umsatz von November bis Februar 2026", ["2025-11 to 2026-02"]),
        ("Ventes de janvier à mars 2026", ["2026-01 to 2026-03"]),
        ("Sales Jan-Mar 2026", ["2026-01 to 2026-03"]),
        ("Sales in January 2025 and February 2026", ["2025-01", "2026-02"]),
        ("Sales from January to March 2026 and 2025", ["2026-01 to 2026-03", "2025-01 to 2025-03"]),
    ],
)
def test_months_that_share_a_year_are_heard(question: str, times: list[str]) -> None:
    assert [one.name for one in times_in(question)] == times


def test_a_name_that_goes_on_otherwise_than_those_that_are_known_is_said() -> None:
    known = [About("a", "One", "Harrier Marine AS"), About("b", "Two", "Harrier Media AS")]
    said = "If Harrier Maritime is a company: no document of it is here."
    assert said in asked_about("What was Harrier Maritime's revenue?", known).reasons
    for question in (
        "What was Harrier's revenue?",
        "What was Harrier Marine's revenue?",
        "Harrier Marine Norway's staff?",
    ):
        assert "If " not in str(asked_about(question, known).reasons)
