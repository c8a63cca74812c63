"""Who and what documents speak of, on documents written here."""

import pytest
from defusedxml import ElementTree

from ratchet_documents.asked_documents import About
from ratchet_documents.chunking import Chunk, Sizes, chunks_of
from ratchet_documents.graph import (
    Graph,
    Relation,
    as_json,
    as_svg,
    asked_entities,
    expanded,
    graph_of,
    is_of_period,
    merged,
    without,
)
from ratchet_documents.graph.amounts import amount_of
from ratchet_documents.graph.columns import heads_in
from ratchet_documents.graph.metrics import metric_of
from ratchet_documents.graph.model import Where, entity
from ratchet_documents.graph.said import said_in
from ratchet_documents.parsed import Block, Heading, Page, Paragraph, Parsed, Table

REPORT = About("report", "Fernwood 10-Q", "Fernwood Mills, Inc.", "2025-Q2", "2025-06-28")
COVER = Paragraph(
    "Fernwood Mills, Inc. (“Fernwood” or the “Company”) is listed (NYSE: FWM). "
    "Quillon Paper Ltd. (“Quillon”) competes with Harrow Board Group in packaging."
)
INCOME = Table(
    (
        ("", "Three Months Ended", "", "Six Months Ended", ""),
        ("", "June 28, 2025", "June 29, 2024", "June 28, 2025", "June 29, 2024"),
        ("Net sales", "$ 1,250", "$ 1,100", "$ 2,400", "$ 2,050"),
        ("Cost of sales", "800", "700", "1,500", "1,300"),
        ("Operating income (loss)", "210", "(15)", "390", "12"),
        ("Paper net sales", "900", "800", "1,700", "1,500"),
        ("Diluted", "0.75", "(0.05)", "1.40", "0.04"),
        ("Net income", "150", "9 %", "280", "8"),
    ),
    heads=2,
)
BALANCE = Table((("", "June 28, 2025", "December 28, 2024"), ("Total assets", "$ 9,000", "$ 8,700")), heads=1)


def parsed(*blocks: Block) -> list[Chunk]:
    return list(chunks_of(Parsed("html", "report.html", "pages", (Page(1, (COVER,)), Page(2, blocks)))))


def reported(graph: Graph) -> dict[tuple[str, str], float | None]:
    return {(one.ends[1], one.ends[2]): one.value for one in graph.relations if one.type == "reports"}


def of(graph: Graph, kind: str) -> list[Relation]:
    return [one for one in graph.relations if one.type == kind]


def test_rows_of_a_statement_are_what_the_company_reports() -> None:
    chunks = parsed(Paragraph("Statements (In millions, except per share amounts)"), INCOME, BALANCE)
    graph = graph_of(REPORT, chunks)
    found = reported(graph)
    assert found["metric:revenue", "period:3M-2025-06-28"] == 1_250e6
    assert found["metric:operating_income", "period:3M-2024-06-29"] == -15e6
    assert found["metric:cost_of_revenue", "period:6M-2024-06-29"] == 1_300e6
    assert found["metric:eps_diluted", "period:6M-2025-06-28"] == 1.4
    assert found["metric:total_assets", "period:2024-12-28"] == 8_700e6
    assert {one.unit for one in of(graph, "reports")} == {"USD", "per_share"}
    one = next(one for one in of(graph, "reports") if one.ends[1] == "metric:total_assets")
    text = next(chunk.text for chunk in chunks if chunk.order == one.where.chunk)
    assert text[one.where.start : one.where.end] == "Total assets | $ 9,000 | $ 8,700"
    assert one.where.page == 2


def test_rows_whose_lines_were_lost_are_read_too() -> None:
    text = (
        "STATEMENTS OF INCOME\n(In thousands; unaudited)\nThree Months Ended\nApril 30,\nMay 1,\n2023\n2022\n"
        "Revenues:\nPaper\n$\n500\n$\n400\nTotal revenues\n700\n650\nNet income\n$\n60\n$\n(5)\n"
    )
    found = reported(graph_of(REPORT, [Chunk(0, text, (), 1, 1)]))
    assert found["metric:revenue", "period:3M-2023-04-30"] == 700e3
    assert found["metric:net_income", "period:3M-2022-05-01"] == -5e3
    assert len(found) == 4


def test_what_is_not_sure_is_left_out() -> None:
    head = "(In millions)\nThree Months Ended June 28, 2025 2024\n"
    for rows in (
        "Net sales 5 6 7\n",  # more figures than columns
        "Net sales\nFirst segment\nOperating income 5 6\nSecond segment\nOperating income 3 4\n",  # of segments
        "Total assets 5 6\n",  # a balance has no length
        "Net sales growth 5 6\n",
    ):
        assert reported(graph_of(REPORT, [Chunk(0, head + rows, (), 1, 1)])) == {}
    assert reported(graph_of(REPORT, [Chunk(0, head.replace("(In millions)", "") + "Net sales 5 6", (), 1, 1)])) == {}


def test_the_statement_outweighs_what_a_later_page_has_under_the_same_name() -> None:
    head = "(In millions)\nThree Months Ended June 28, 2025 2024\n"
    chunks = [Chunk(0, f"{head}Net sales 50 60\n", (), 1, 1), Chunk(1, f"{head}Net sales 5 6\n", (), 2, 2)]
    assert reported(graph_of(REPORT, chunks))["metric:revenue", "period:3M-2025-06-28"] == 50e6


def test_a_sentence_reports_where_it_names_one_period() -> None:
    said = "Net sales rose 4 % to $1.3 billion in Q3 2025. Operating income was $3 million in Q1 2025 and Q2 2025."
    found = reported(graph_of(REPORT, [Chunk(0, said, (), 1, 1)]))
    assert found == {("metric:revenue", "period:2025-Q3"): 1.3e9}


@pytest.mark.parametrize(
    ("said", "scale", "unit"),
    [
        ("(in EUR millions)", 1e6, "EUR"),
        ("(EUR in millions, except per share)", 1e6, "EUR"),
        ("(EUR million)", 1e6, "EUR"),
        ("in millions of euros", 1e6, "EUR"),
        ("Amounts in € thousand", 1e3, "EUR"),
        ("€m", 1e6, "EUR"),
        ("£'000", 1e3, "GBP"),
        ("USD’000", 1e3, "USD"),
        ("(US$ millions)", 1e6, "USD"),
        ("(C$, in millions)", 1e6, "CAD"),
        ("in thousands of U.S. dollars", 1e3, "USD"),
        ("CHF mn", 1e6, "CHF"),
        ("RMB million", 1e6, "CNY"),
        ("(In millions)", 1e6, ""),
        ("in thousands of stores", 0.0, ""),
        ("EUR 5 million were paid", 0.0, ""),
        ("a loan of 5 EUR million", 0.0, ""),
    ],
)
def test_a_head_tells_currency_and_scale(said: str, scale: float, unit: str) -> None:
    text = f"{said}\nThree Months Ended June 28, 2025 2024\nNet sales 50 60\n"
    found = [one for one in graph_of(REPORT, [Chunk(0, text, (), 1, 1)]).relations if one.type == "reports"]
    assert {(one.value, one.unit) for one in found} == ({(50 * scale, unit), (60 * scale, unit)} if scale else set())


def test_a_sign_says_no_other_currency_than_stands_beside_the_scale() -> None:
    text = "(in EUR millions)\nThree Months Ended June 28, 2025 2024\nNet sales $ 50 60\n"
    assert {one.unit for one in of(graph_of(REPORT, [Chunk(0, text, (), 1, 1)]), "reports")} == {"EUR"}


def test_interest_and_securities_are_reported_and_those_held_for_long_are_no_current_ones() -> None:
    text = (
        "(In millions)\nThree Months Ended June 28, 2025 2024\nInterest expense 7 8\nInterest expense, net 5 6\n"
        "As of June 28, 2025 December 28, 2024\nCash and cash equivalents 1 2\nMarketable securities 30 31\n"
        "Total current assets 90 91\nNon-current assets:\nMarketable securities 400 410\nTotal assets 900 910\n"
    )
    found = reported(graph_of(REPORT, [Chunk(0, text, (), 1, 1)]))
    assert found["metric:interest_expense", "period:3M-2025-06-28"] == 7e6
    assert found["metric:marketable_securities", "period:2025-06-28"] == 30e6
    assert found["metric:marketable_securities", "period:2024-12-28"] == 31e6


HEAD = "(In millions)\nThree Months Ended June 28, 2025 2024\n"


@pytest.mark.parametrize(
    "text",
    [
        f"Segment results\n{HEAD}Net sales 5 6\n",
        f"Reportable segments\n{HEAD}Paper\nNet sales 5 6\nOperating income 1 2\n",
        f"UNAUDITED PRO FORMA CONDENSED COMBINED STATEMENT OF OPERATIONS\n{HEAD}Net sales 5 6\n",
        f"The pro forma results are as follows:\n{HEAD}Net sales 5 6\n",
        f"Condensed financial information (parent company only)\n{HEAD}Net income 5 6\n",
        f"Outlook\n{HEAD}Net sales 5 6\n",
        f"{HEAD}Pro forma:\nNet sales 5 6\n",
        f"{HEAD}Net sales (pro forma) 5 6\nNet income (adjusted) 5 6\nNet income (segment) 5 6\n",
    ],
)
def test_rows_of_segments_and_pro_forma_ones_are_not_the_companys(text: str) -> None:
    assert reported(graph_of(REPORT, [Chunk(0, text, (), 1, 1)])) == {}
    under = Chunk(0, f"{HEAD}Net sales 5 6\n", ("Note 9 - Segment Information",), 1, 1)
    assert reported(graph_of(REPORT, [under])) == {}


def test_what_comes_behind_segments_is_the_companys_again() -> None:
    for title in ("Condensed Consolidated Statements of Operations", "Note 10 - Earnings per share", "Balance Sheet"):
        text = f"Segment results\n{HEAD}Net sales 5 6\n{title}\n{HEAD}Net income 7 8\n"
        found = reported(graph_of(REPORT, [Chunk(0, text, (), 1, 1)]))
        assert found == {
            ("metric:net_income", "period:3M-2025-06-28"): 7e6,
            ("metric:net_income", "period:3M-2024-06-28"): 8e6,
        }


def test_a_table_of_segments_does_not_go_by_the_head_of_the_table_before_it() -> None:
    own = Table((("", "June 28, 2025", "June 29, 2024"), ("Total assets", "$ 9,000", "$ 8,700")), heads=1)
    segments = Table((("", "Paper", "Board"), ("Total assets", "$ 5,000", "$ 4,000")), heads=1)
    found = reported(graph_of(REPORT, parsed(Paragraph("(In millions)"), own, segments)))
    assert set(found.values()) == {9_000e6, 8_700e6}


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("Net sales were EUR 1.3 billion in Q3 2025.", 1.3e9),
        ("Fernwood's net sales were $1.3 billion in Q3 2025.", 1.3e9),
        ("In Q3 2025, total net sales were $1.3 billion.", 1.3e9),
        ("Paper net sales were $1.3 billion in Q3 2025.", None),
        ("Quillon's net sales were $1.3 billion in Q3 2025.", None),
        ("Pro forma net sales were $1.3 billion in Q3 2025.", None),
        ("In the Paper segment, net sales were $1.3 billion in Q3 2025.", None),
    ],
)
def test_a_sentence_reports_what_is_all_of_the_companys(said: str, value: float | None) -> None:
    found = reported(graph_of(REPORT, [Chunk(0, said, (), 1, 1)]))
    assert found == ({} if value is None else {("metric:revenue", "period:2025-Q3"): value})


@pytest.mark.parametrize(
    ("head", "columns"),
    [
        ("Three Months Ended September 30, 2022 2021", ("3M-2022-09-30", "3M-2021-09-30")),
        ("As of June 30, 2022 | December 31, 2021", ("2022-06-30", "2021-12-31")),
        ("13 Weeks Ended | July 2, 2022 | July 3, 2021", ("3M-2022-07-02", "3M-2021-07-03")),
        ("Years ended December 31, 2024, 2023 and 2022", ("12M-2024-12-31", "12M-2023-12-31", "12M-2022-12-31")),
    ],
)
def test_a_head_tells_the_period_of_each_column(head: str, columns: tuple[str, ...]) -> None:
    assert [one.columns for one in heads_in(head)] == [columns]


def test_a_head_that_is_not_understood_has_no_columns() -> None:
    assert list(heads_in("June 30, 2022 2021 June 30, 2022 2021")) == []


def test_names_that_the_text_links_are_one_company() -> None:
    graph = graph_of(REPORT, parsed())
    its = graph.entities["company:fernwood mills"]
    assert its.names == ("FWM", "Fernwood", "Fernwood Mills, Inc.")
    assert graph.linked == {
        "company:fwm": "company:fernwood mills",
        "company:fernwood": "company:fernwood mills",
        "company:quillon": "company:quillon paper",
    }
    assert [one.ends for one in of(graph, "compares")] == [("company:quillon paper", "company:harrow board")]


@pytest.mark.parametrize(
    ("text", "task"),
    [
        (
            "- Oskar: I will send the contract by Friday 17 May.",
            ("Oskar", "send the contract by Friday 17 May", "Friday 17 May"),
        ),
        ("2. Oskar: I'll send the contract.", ("Oskar", "send the contract", "")),
        (
            "- Ida Lind to hire two testers by 30 June 2024.",
            ("Ida Lind", "hire two testers by 30 June 2024", "30 June 2024"),
        ),
        ("Ida Lind to hire two testers", None),
        ("Annual Report to shareholders by 30 June 2024", None),
        ("- Ida Lind to be heard by 30 June 2024", None),
    ],
)
def test_tasks_in_lists(text: str, task: tuple[str, str, str] | None) -> None:
    found = [(one.who, one.what, one.due) for one in said_in(text) if one.kind == "task"]
    assert found == ([task] if task else [])


def test_people_hold_positions_and_own_tasks() -> None:
    text = (
        "Mara Lindqvist, Chief Financial Officer, signed.\nAction item: Tomas Ruiz: send the budget by Friday\n"
        "Ilse Brandt will update the forecast by 2025-07-15. The plan will be reviewed by Friday.\n"
        "Oskar: Fine, I will call the supplier before next week.\nThe board approved the merger of both mills."
    )
    graph = graph_of(REPORT, [Chunk(0, text, (), 3, 3)])
    (held,) = of(graph, "holds_position")
    assert (held.ends, held.text) == (("person:mara lindqvist", "company:fernwood mills"), "Chief Financial Officer")
    owned = {one.ends[0]: (graph.entities[one.ends[1]].name, one.text) for one in of(graph, "owns")}
    assert owned["person:tomas ruiz"] == ("send the budget by Friday", "Friday")
    assert owned["person:ilse brandt"][1] == "2025-07-15"
    assert owned["person:oskar"][0].startswith("call the supplier")
    assert len(owned) == 3
    (decided,) = of(graph, "decides")
    assert graph.entities[decided.ends[1]].name == "the merger of both mills"


def test_risks_are_the_companys() -> None:
    text = "We are exposed to changes in the price of pulp. A strike at our mills could materially harm us."
    graph = graph_of(REPORT, [Chunk(0, text, (), 3, 3)])
    assert [graph.entities[one.ends[1]].name for one in of(graph, "mentions_risk")] == [
        "changes in the price of pulp",
        "A strike at our mills",
    ]


def test_minutes_of_no_company_have_risks_and_decisions() -> None:
    text = (
        "Risk: the payment provider may end its contract.\nThere is a risk that the old tills are not approved.\n"
        "It was decided to move the launch to May. It has been agreed that Kofi leads the tests.\nBusiness at risk."
    )
    graph = graph_of(About("minutes", "Minutes", ""), [Chunk(0, text, (), 1, 1)])
    assert [graph.entities[one.ends[-1]].name for one in of(graph, "mentions_risk")] == [
        "the payment provider may end its contract",
        "the old tills are not approved",
    ]
    assert [graph.entities[one.ends[-1]].name for one in of(graph, "decides")] == [
        "move the launch to May",
        "Kofi leads the tests",
    ]
    assert {len(one.ends) for one in graph.relations} == {1}


def test_a_relation_is_on_the_page_of_its_quote() -> None:
    told = ["We are exposed to theft of copper.", "We are exposed to changes in the price of pulp."]
    pages = tuple(Page(at, (Paragraph(one),)) for at, one in enumerate(["Our mills.", *told], 1))
    graph = graph_of(REPORT, chunks_of(Parsed("pdf", "a.pdf", "pages", pages)))
    assert [(one.where.chunk, one.where.page, list(one.where.pages)) for one in of(graph, "mentions_risk")] == [
        (0, 2, [2]),
        (0, 3, [3]),
    ]


def test_graphs_are_merged_under_the_names_that_one_of_them_links_and_taken_apart() -> None:
    one = graph_of(REPORT, parsed(Paragraph("(In millions)"), BALANCE))
    other = graph_of(
        About("press", "Press", "Fernwood"), [Chunk(0, "Net sales were $1.3 billion in Q3 2025.", (), 1, 1)]
    )
    whole = merged([one, other])
    assert "company:fernwood" not in whole.entities
    assert {one.ends[0] for one in of(whole, "reports")} == {"company:fernwood mills"}
    assert merged([one, other]) == whole
    assert merged([whole, whole]) == whole
    left = without(whole, "report")
    assert {one.where.document_id for one in left.relations} == {"press"}
    assert set(left.entities) == {"company:fernwood mills", "metric:revenue", "period:2025-Q3"}


def test_a_question_names_entities_and_expands_over_what_hangs_together() -> None:
    graph = graph_of(REPORT, parsed(Paragraph("(In millions)"), INCOME, BALANCE))
    named = asked_entities("What was the revenue of FWM in Q2 2025, and is Quillon ahead?", graph)
    assert named == (
        "company:fernwood mills",
        "company:quillon paper",
        "metric:revenue",
        "period:2025-06-28",
        "period:3M-2025-06-28",
    )
    assert asked_entities("is fwm a word", graph) == ()
    near = expanded(graph, ["company:quillon paper"], hops=1)
    assert set(near.entities) == {"company:quillon paper", "company:harrow board"}
    few = expanded(graph, ["metric:revenue"], hops=1, most=2)
    assert list(few.entities) == ["metric:revenue", "company:fernwood mills"]  # what the most relations join
    assert expanded(graph, ["company:nobody"]).entities == {}
    with pytest.raises(ValueError, match="up to 4 hops"):
        expanded(graph, [], hops=5)


def test_a_neighbourhood_is_told_and_drawn_the_same_each_time_and_escaped() -> None:
    graph = graph_of(REPORT, parsed(Paragraph("(In millions)"), INCOME))
    strange = entity("risk", "x", "<script>alert('1 & 2')</script>\x00")
    here = Relation("mentions_risk", ("company:fernwood mills", strange.id), Where("report", 0, 1, 0, 1))
    whole = Graph({**graph.entities, strange.id: strange}, (*graph.relations, here))
    near = expanded(whole, ["company:fernwood mills"], hops=2)
    drawn = as_svg(near)
    assert drawn == as_svg(near)
    root = ElementTree.fromstring(drawn)
    assert "<script" not in drawn
    assert len(root.findall(".//{*}circle")) >= len(near.entities)
    told = as_json(near)
    assert {one["id"] for one in told["entities"]} == set(near.entities)
    assert told["relations"][0]["where"]["document_id"] == "report"
    many = {f"risk:{at}": entity("risk", str(at), f"risk {at}") for at in range(61)}
    with pytest.raises(ValueError, match="up to 60 entities"):
        as_svg(Graph(many))
    ElementTree.fromstring(as_svg(Graph()))


@pytest.mark.parametrize(
    ("label", "metric"),
    [
        ("Total Net Sales", "revenue"),
        ("Net income (loss)", "net_income"),
        ("Total assets (1)", "total_assets"),
        ("Products net sales", ""),
        ("x" * 500, ""),
    ],
)
def test_a_label_is_a_metric_as_a_whole(label: str, metric: str) -> None:
    assert metric_of(label) == metric


@pytest.mark.parametrize(
    "unit", ["a", "A ", "1 ", "1,000 ", "(", "Inc. ", "June 30, ", "I will ", "could ", "| ", "\n", "Aa Bb "]
)
def test_no_text_takes_long(unit: str) -> None:
    graph_of(REPORT, [Chunk(0, (unit * 3_200)[:3_200], (), 1, 1)])


@pytest.mark.parametrize(
    ("key", "period", "holds"),
    [
        ("3M-2022-06-25", "2022-Q2", True),
        ("3M-2022-06-25", "2022", True),
        ("6M-2022-06-25", "2022-Q2", False),
        ("2022-06-25", "2022-Q2", True),
        ("3M-2023-04-01", "2023-Q1", True),  # a year of 52 weeks
        ("12M-2022-01-01", "2022", False),
        ("12M-2022-01-01", "2021", True),
        ("2022-Q2", "2022", True),
        ("2022", "2022-Q2", False),
    ],
)
def test_a_period_is_of_the_quarter_and_the_year_in_which_it_ends(key: str, period: str, holds: bool) -> None:
    assert is_of_period(key, period) is holds


def test_a_picture_of_nothing_says_what_there_is_to_say() -> None:
    picture = as_svg(Graph({}, ()), "Around Nobody", ["Nothing that the documents speak of has the name <Nobody>."])
    assert ">Nothing that the documents speak of has the name &lt;Nobody&gt;.</text>" in picture


@pytest.mark.parametrize(
    ("digits", "scale", "amount"),
    [("16.6", 1e6, 16_600_000.0), ("130.2", 1e6, 130_200_000.0), ("1,204.35", 1e3, 1_204_350.0), ("0.57", 1e9, 57e7)],
)
def test_an_amount_has_the_digits_that_were_written(digits: str, scale: float, amount: float) -> None:
    assert amount_of(digits, scale) == amount


@pytest.mark.parametrize(
    ("said", "scale", "currency"),
    [
        ("Amounts in USD thousands", 1e3, "USD"),
        ("All amounts are in EUR millions, unless otherwise stated. We are audited.", 1e6, "EUR"),
        ("All figures are in thousands of U.S. dollars except per share.", 1e3, "USD"),
        ("Alle Beträge in TEUR.", 1e3, "EUR"),
        ("We sold in thousands of stores. All amounts are new.", 0, ""),
        ("Our report says that 12 of the amounts are in EUR millions.", 0, ""),
    ],
)
def test_what_is_said_of_all_amounts_holds_on_later_pages(said: str, scale: float, currency: str) -> None:
    pages = (Page(1, (COVER, Paragraph(said))), Page(2, (Paragraph("We make paper."),)), Page(3, (BALANCE,)))
    graph = graph_of(REPORT, list(chunks_of(Parsed("pdf", "a.pdf", "pages", pages), Sizes(smallest=0))))
    found = [one for one in graph.relations if one.type == "reports" and one.ends[2] == "period:2025-06-28"]
    assert [(one.value, one.unit) for one in found] == ([(9_000 * scale, currency)] if scale else [])
    assert all(one.text == "The scale is the one that page 1 says of all amounts." for one in found)


@pytest.mark.parametrize("title", ["Balance sheet (in EUR)", "Balance sheet in whole euros", "Bilanz (EUR)"])
def test_a_table_in_whole_amounts_has_not_the_scale_that_is_said_of_all(title: str) -> None:
    said = Paragraph("All amounts are in EUR thousands, unless otherwise stated.")
    for above in (Paragraph(title), Heading(2, title)):
        pages = (Page(1, (COVER, said)), Page(2, (Paragraph("We make paper."),)), Page(3, (above, BALANCE)))
        graph = graph_of(REPORT, list(chunks_of(Parsed("pdf", "a.pdf", "pages", pages), Sizes(smallest=0))))
        assert not [one for one in graph.relations if one.type == "reports"]
