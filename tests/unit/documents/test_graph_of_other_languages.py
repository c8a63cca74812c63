"""Statements in German and French: their labels, scales, heads, and marks of figures, on tables written here."""

import pytest

from ratchet_documents.asked_documents import About
from ratchet_documents.chunking import chunks_of
from ratchet_documents.graph import Relation, graph_of
from ratchet_documents.graph.money import Money, money_in
from ratchet_documents.graph.number_marks import AS_COMMA, marks_in, with_points
from ratchet_documents.parsed import Block, Heading, Page, Paragraph, Parsed, Table

GERMAN = About("gb", "Geschäftsbericht 2024", "Nordhafen AG", "2024", "2024-12-31")
FRENCH = About("ra", "Rapport annuel 2024", "Valmont SA", "2024", "2024-12-31")


def read(about: About, *blocks: Block) -> dict[tuple[str, str], Relation]:
    chunks = chunks_of(Parsed("html", "report.html", "pages", (Page(1, blocks),)))
    found = [one for one in graph_of(about, chunks).relations if one.type == "reports"]
    return {(one.ends[1].partition(":")[2], one.ends[2].partition(":")[2]): one for one in found}


def values(about: About, *blocks: Block) -> dict[tuple[str, str], float | None]:
    return {key: one.value for key, one in read(about, *blocks).items()}


def test_a_german_income_statement() -> None:
    table = Table(
        (
            ("in Mio. EUR", "Anhang", "2024", "2023"),
            ("Umsatzerlöse", "(3)", "1.204,5", "1.187,0"),
            ("Umsatzkosten", "(4)", "-801,2", "-790,4"),
            ("Betriebsergebnis", "", "98,7", "102,3"),
            ("Ergebnis vor Steuern", "", "90,1", "95,0"),
            ("Jahresüberschuss", "", "61,4", "(12,8)"),
            ("Ergebnis je Aktie (unverwässert)", "", "1,23", "-0,26"),
        ),
        heads=1,
    )
    found = read(GERMAN, Heading(1, "Konzern-Gewinn- und Verlustrechnung"), table)
    assert {key: one.value for key, one in found.items()} == pytest.approx(
        {
            ("revenue", "12M-2024-12-31"): 1_204.5e6,
            ("revenue", "12M-2023-12-31"): 1_187e6,
            ("cost_of_revenue", "12M-2024-12-31"): -801.2e6,
            ("cost_of_revenue", "12M-2023-12-31"): -790.4e6,
            ("operating_income", "12M-2024-12-31"): 98.7e6,
            ("operating_income", "12M-2023-12-31"): 102.3e6,
            ("income_before_tax", "12M-2024-12-31"): 90.1e6,
            ("income_before_tax", "12M-2023-12-31"): 95e6,
            ("net_income", "12M-2024-12-31"): 61.4e6,
            ("net_income", "12M-2023-12-31"): -12.8e6,
            ("eps_basic", "12M-2024-12-31"): 1.23,
            ("eps_basic", "12M-2023-12-31"): -0.26,
        }
    )
    assert found["revenue", "12M-2024-12-31"].unit == "EUR"
    assert AS_COMMA in found["revenue", "12M-2024-12-31"].text


def test_a_german_balance_of_whole_thousands() -> None:
    table = Table(
        (
            ("TEUR", "31.12.2024", "31. Dezember 2023"),
            ("Vorräte", "12.204", "11.987"),
            ("Liquide Mittel", "985", "1.050"),
            ("Bilanzsumme", "98.204", "97.001"),
            ("Eigenkapital", "40.100", "39.000"),
        ),
        heads=1,
    )
    assert values(GERMAN, Heading(1, "Konzernbilanz"), table) == {
        ("inventory", "2024-12-31"): 12_204e3,
        ("inventory", "2023-12-31"): 11_987e3,
        ("cash", "2024-12-31"): 985e3,
        ("cash", "2023-12-31"): 1_050e3,
        ("total_assets", "2024-12-31"): 98_204e3,
        ("total_assets", "2023-12-31"): 97_001e3,
        ("equity", "2024-12-31"): 40_100e3,
        ("equity", "2023-12-31"): 39_000e3,
    }


def test_a_french_statement() -> None:
    table = Table(
        (
            ("(en millions d'euros)", "2024", "2023"),
            ("Chiffre d’affaires", "1 204,5", "1 187,0"),
            ("Résultat opérationnel", "98,7", "102,3"),
            ("Résultat net", "61,4", "(12,8)"),
            ("Total actif", "2\u00a0400,1", "2\u202f380,0"),
        ),
        heads=1,
    )
    assert values(FRENCH, Heading(1, "Compte de résultat"), table) == pytest.approx(
        {
            ("revenue", "12M-2024-12-31"): 1_204.5e6,
            ("revenue", "12M-2023-12-31"): 1_187e6,
            ("operating_income", "12M-2024-12-31"): 98.7e6,
            ("operating_income", "12M-2023-12-31"): 102.3e6,
            ("net_income", "12M-2024-12-31"): 61.4e6,
            ("net_income", "12M-2023-12-31"): -12.8e6,
            ("total_assets", "2024-12-31"): 2_400.1e6,
            ("total_assets", "2023-12-31"): 2_380e6,
        }
    )


def test_what_may_be_either_is_left_out() -> None:
    either = Table((("in Mio. EUR", "2024", "2023"), ("Umsatzerlöse", "1.204", "1.187")), heads=1)
    assert values(GERMAN, either) == {}
    both = Table((("in Mio. EUR", "2024", "2023"), ("Umsatzerlöse", "1.204,5", "1,187.5")), heads=1)
    assert values(GERMAN, both) == {}


def test_what_stood_before_in_the_document_tells_how_figures_are_written() -> None:
    either = Table((("in Mio. EUR", "2024", "2023"), ("Umsatzerlöse", "1.204", "1.187")), heads=1)
    before = Paragraph("Der Umsatz von 1.204,3 Mio. EUR lag um 1,4 % über dem des Vorjahres.")
    assert values(GERMAN, before, either) == {
        ("revenue", "12M-2024-12-31"): 1_204e6,
        ("revenue", "12M-2023-12-31"): 1_187e6,
    }
    otherwise = Paragraph("Reported under IFRS: revenue of 1,187.5 million.")
    blocks: tuple[Block, ...] = (before, otherwise, either)
    pages = Parsed("html", "r", "pages", tuple(Page(at, (one,)) for at, one in enumerate(blocks, 1)))
    assert not [one for one in graph_of(GERMAN, chunks_of(pages)).relations if one.type == "reports"]


def test_a_loss_is_one_without_a_sign_and_segments_plans_and_parts_of_a_year_are_left_out() -> None:
    loss = Table((("in Mio. EUR", "2024", "2023"), ("Jahresfehlbetrag", "12,8", "3,1")), heads=1)
    assert values(GERMAN, loss) == {
        ("net_income", "12M-2024-12-31"): -12.8e6,
        ("net_income", "12M-2023-12-31"): -3.1e6,
    }
    table = Table((("in Mio. EUR", "2024", "2023"), ("Umsatzerlöse", "204,5", "187,0")), heads=1)
    for title in (
        "Segmentberichterstattung",
        "Prognose",
        "Umsatz nach Regionen",
        "Neunmonatszahlen",
        "Information sectorielle",
    ):
        assert values(GERMAN, Heading(1, title), table) == {}, title


@pytest.mark.parametrize(
    ("said", "money"),
    [
        ("in Mio. EUR", Money(1e6, "EUR", stated=True)),
        ("Mio. €", Money(1e6, "EUR", stated=True)),
        ("Angaben in Tsd. €", Money(1e3, "EUR", stated=True)),
        ("TEUR", Money(1e3, "EUR", stated=True)),
        ("T€", Money(1e3, "EUR", stated=True)),
        ("(in Millionen Euro)", Money(1e6, "EUR", stated=True)),
        ("in Mrd. CHF", Money(1e9, "CHF", stated=True)),
        ("en milliers d’euros", Money(1e3, "EUR", stated=True)),
        ("(en M€)", Money(1e6, "EUR", stated=True)),
        ("en milliards de francs suisses", Money(1e9, "CHF", stated=True)),
    ],
)
def test_scales_of_other_languages(said: str, money: Money) -> None:
    assert money_in(said) == money


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("1.204,5", "comma"),
        ("45,2 und 3", "comma"),
        ("1,204.5", "point"),
        ("1.204.500", "comma"),
        ("1.204", ""),
        ("12. Mai 31.12.2024 und 1.1.", ""),
        ("1.204,5 1,204.5", "mixed"),
        ("45,2 45.2", ""),
        ("Revenue | 1.204 | 1.105 | 1.334", ""),
        ("Umsatzerlöse | 1.204 | 1.105 | 1.334", "comma"),
        ("Umsatzerlöse | 1.204 | 1.105 | 1.334 | 0.998", ""),
        ("Umsatzerlöse | 1.204 | 1.105 | 1.334 | 4711", ""),
    ],
)
def test_what_tells_how_figures_are_written(text: str, marks: str) -> None:
    assert marks_in(text) == marks


def test_figures_are_turned_and_days_are_not() -> None:
    assert (
        with_points("31.12.2024 | 1.204,5 | (12,8) | 1.204 | 7,5 %") == "31.12.2024 | 1,204.5 | (12.8) | 1,204 | 7.5 %"
    )
