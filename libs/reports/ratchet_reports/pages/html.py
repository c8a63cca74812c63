"""A report as one HTML page that needs nothing beside it: no script, nothing from elsewhere, its plots in it."""

from collections.abc import Sequence
from typing import assert_never

from ratchet_common.pages.page import escape, facts, figure, heading, items, table
from ratchet_common.pages.page import page as page_of
from ratchet_reports.limits import STANDARD, Limits, taken
from ratchet_reports.pages.blocks import Block, Entry, Heading, Items, Part, Picture, Rows, Text
from ratchet_reports.pages.layout import laid_out
from ratchet_reports.plots.drawing import svg_of
from ratchet_reports.report import Report

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def as_html(report: Report, limits: Limits = STANDARD) -> str:
    """Well-formed as XML, too. Raises ReportRefusedError."""
    taken(report, limits)
    drawn = [svg_of(plot) for plot in report.plots]
    blocks = [_block(block, drawn) for block in laid_out(report)]
    return page_of(report.title, [heading(report.title, 1), *blocks], policy=POLICY)


def _block(block: Block, drawn: Sequence[str]) -> str:
    match block:
        case Heading():
            return heading(block.text, block.level)
        case Text():
            return f'<p dir="auto">{"".join(map(_part, block.parts))}</p>'
        case Items():
            return items(block.texts)
        case Rows():
            return _rows(block)
        case Entry():
            return _entry(block)
        case Picture():
            return figure(drawn[block.plot], block.told)
        case _:
            assert_never(block)


def _part(part: Part) -> str:
    return f'<a href="#mark-{escape(part.mark)}">[{escape(part.mark)}]</a>' if part.mark else escape(part.text)


def _rows(block: Rows) -> str:
    marks = "".join(_part(Part(mark=mark)) for mark in block.marks)
    drawn = table([block.head, *block.rows], block.caption) if block.head else facts(list(block.rows), block.caption)
    return f"{drawn}<p>{marks}</p>" if marks else drawn


def _entry(block: Entry) -> str:
    quote = f'<blockquote dir="auto">{escape(block.quote)}</blockquote>' if block.quote else ""
    return (
        f'<section id="mark-{escape(block.mark)}"><p dir="auto">[{escape(block.mark)}] {escape(block.text)}</p>'
        f"{quote}{items(block.lines)}</section>"
    )
