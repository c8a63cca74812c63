"""The pages of a report: drawn and typeset in a process of its own. Pure."""

from collections.abc import Iterator
from typing import Final

from ratchet_reports.encoding import as_json
from ratchet_reports.limits import ReportRefusedError
from ratchet_reports.pages.html import as_html
from ratchet_reports.pages.markdown import as_markdown
from ratchet_reports.pages.pdf import as_pdf
from ratchet_reports.plots.drawing import png_of, svg_of
from ratchet_reports.report import Report
from ratchet_router.reporting.record import plot_name

MOST_BYTES: Final = 12 * 1024 * 1024  # of one page: a document of the store holds 16 MB


def pages_of(report: Report) -> dict[str, bytes]:
    """By the names under which they are kept. Raises ReportRefusedError."""
    pages = dict(_pages(report))
    for name, content in pages.items():
        if len(content) > MOST_BYTES:
            raise ReportRefusedError(
                "too_large",
                f"The report's {name} has {len(content):,} bytes, and at most {MOST_BYTES:,} are kept: ask for less.",
            )
    return pages


def _pages(report: Report) -> Iterator[tuple[str, bytes]]:
    yield "json", as_json(report)
    yield "markdown", as_markdown(report).encode()
    yield "html", as_html(report).encode()
    yield "pdf", as_pdf(report)
    for number, plot in enumerate(report.plots, 1):
        yield plot_name(number, "svg"), svg_of(plot).encode()
        yield plot_name(number, "png"), png_of(plot)
