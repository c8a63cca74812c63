"""Reports for these tests: a whole one, an empty one, and what people and documents may have put into one."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from ratchet_figures import Figure, Input, Period, Source
from ratchet_figures.narrating import Marked
from ratchet_reports import (
    Bar,
    Bars,
    Check,
    Citation,
    Lines,
    Paragraph,
    Report,
    Section,
    Series,
    Statement,
    Statistics,
    Table,
)

ID = UUID("0193a0c4-1111-7000-8000-000000000001")
MADE = datetime(2026, 11, 27, 12, 30, tzinfo=UTC)
PERIOD = Period(date(2022, 1, 1), date(2022, 9, 30))
ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</svg></style><iframe src=//evil.example>",
    "# not a heading",
    "1. not a list",
    "- not a list",
    "> not a quotation",
    "--- ",
    "[a](javascript:alert(1)) ![b](https://evil.example/c.png)",
    "https://evil.example/tracked and www.evil.example",
    "| a | b |\n|---|---|",
    '#read("/etc/passwd")',
    '#import "@preview/evil:1.0.0": *',
    "$ sum_(i=1) $ *bold* _it_ `raw` @ref <label> #panic()",
    '\\u{41} " + read("/etc/passwd") + "',
    "a\u202eb\u0000c\u0007d\ufffee",
    "{{7*7}} ${7*7} &amp; &#60;",
)
FIGURE = Marked(
    "2",
    Figure(
        "gross_margin",
        "Apple",
        0.4231,
        "share",
        PERIOD,
        "(revenue - cost of revenue) / revenue",
        (
            Input("revenue", 90_146e6, Source("Apple 10-Q 2022 Q3", 4), "money", "USD"),
            Input("cost of revenue", 52_051e6, Source("Apple 10-Q 2022 Q3", 4), "money", "USD"),
        ),
        ("The statement is unaudited.",),
    ),
)
CITATION = Citation(
    mark="1", document_id="doc-7", document="Apple 10-Q 2022 Q3", page=12, quote="Total net sales were $90,146 million."
)


def empty() -> Report:
    return Report(report_id=ID, title="Nothing", question="", approach="direct", made_at=MADE)


def days(count: int) -> tuple[date, ...]:
    return tuple(date(2020, 1, 1) + timedelta(days=number) for number in range(count))


def lines(name: str = "Apple", title: str = "Prices") -> Lines:
    values = tuple(100.0 + number % 7 for number in range(60))
    return Lines(title=title, unit="money", currency="USD", series=(Series(name=name, days=days(60), values=values),))


def bars(name: str = "Apple", title: str = "Contribution") -> Bars:
    return Bars(title=title, unit="share", bars=(Bar(name=name, value=0.12), Bar(name="Rest", value=-0.03)))


def whole(text: str = "Net sales were $90,146 million [1].", title: str = "Apple in 2022") -> Report:
    return Report(
        report_id=ID,
        title=title,
        question="How did Apple's margin develop?",
        approach="hybrid_rag_finetuned",
        made_at=MADE,
        sections=(
            Section(
                heading="Margins",
                paragraphs=(
                    Paragraph(
                        statements=(
                            Statement(text=text, marks=("1",)),
                            Statement(text="The gross margin was 42.3 %.", marks=("2",)),
                        )
                    ),
                ),
            ),
        ),
        figures=(FIGURE,),
        citations=(CITATION,),
        tables=(
            Table(title="Sales", columns=("quarter", "USD"), rows=(("Q3", "90,146"), ("Q2", "82,959")), marks=("1",)),
        ),
        plots=(lines(), bars()),
        confidence=0.83,
        confidence_source="checks",
        checks=(
            Check(name="figures", passed=True, found="All 2 figures are computed or quoted."),
            Check(name="citations", passed=False, found="One statement cites nothing."),
        ),
        statistics=Statistics(
            input_tokens=5_210,
            output_tokens=430,
            cost_usd=Decimal("0.003210000001"),
            latency_ms=2123.456789,
            passages_read=12,
            documents_read=2,
        ),
        assumptions=("Quarters end in September.",),
        warnings=("One document has no text.",),
    )


def attacked(attack: str) -> Report:
    """The attack in every place that takes a text."""
    figure = Figure(attack, attack, 0.1, "share", PERIOD, attack, (Input(attack, 1.0, Source(attack, 1)),), (attack,))
    return Report(
        report_id=ID,
        title=attack,
        question=attack,
        approach="base_rag",
        made_at=MADE,
        sections=(
            Section(heading=attack, paragraphs=(Paragraph(statements=(Statement(text=attack, marks=("1", "2")),)),)),
        ),
        figures=(Marked("2", figure),),
        citations=(Citation(mark="1", document_id=attack, document=attack, page=1, quote=attack),),
        tables=(Table(title=attack, columns=(attack, attack), rows=((attack, attack),), marks=("1",)),),
        plots=(lines(attack, attack), bars(attack, attack)),
        checks=(Check(name=attack, passed=True, found=attack),),
        assumptions=(attack,),
        warnings=(attack,),
    )
