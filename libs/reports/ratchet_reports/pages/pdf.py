"""A report as PDF, typeset by Typst with the fonts that it brings, and no others: the same report is the same bytes."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Final

import msgspec
import typst

from ratchet_common.legible import legible
from ratchet_reports.limits import STANDARD, Limits, taken
from ratchet_reports.pages.blocks import Block, Items
from ratchet_reports.pages.layout import laid_out
from ratchet_reports.pages.sheet import SOURCE
from ratchet_reports.plots.drawing import svg_of
from ratchet_reports.report import Report

SCRIPTS: Final = ("LATIN", "GREEK", "CYRILLIC", "HEBREW", "ARABIC", "DEVANAGARI")  # that the fonts have
NOT_DRAWN: Final = (
    "The fonts of this PDF lack some letters of the report, such as those of Chinese, Japanese or Korean: a box stands "
    "for each. The text beneath is whole, and the report's other formats show it."
)
_LONG: Final = re.compile(r"\S{25}(?=\S)")
_MAY_BREAK: Final = "\u200b"  # drawn as nothing


def as_pdf(report: Report, limits: Limits = STANDARD) -> bytes:
    """A4, with the plots in it. Raises ReportRefusedError."""
    taken(report, limits)
    blocks = list(laid_out(report))
    if not _drawable(_texts([report.title, *map(msgspec.to_builtins, blocks)])):
        blocks.insert(1, Items((NOT_DRAWN,)))
    inputs = {f"plot-{number}": svg_of(plot) for number, plot in enumerate(report.plots)}
    inputs["report"] = _data(report.title, blocks)
    compiler = typst.Compiler(
        SOURCE.encode(),
        font_paths=typst.Fonts(include_system_fonts=False),
        ignore_system_fonts=True,
        sys_inputs=inputs,
    )
    made = compiler.compile(format="pdf", timestamp=max(0, int(report.made_at.timestamp())))
    if not isinstance(made, bytes):
        raise TypeError("Typst made no PDF of the report.")
    return made


def _data(title: str, blocks: Iterable[Block]) -> str:
    shown = _shown({"title": title, "blocks": msgspec.to_builtins(list(blocks))})
    return msgspec.json.encode(shown).decode()


def _shown(value: Any) -> Any:
    """Legible; a long word may break, else it would run off the page."""
    if isinstance(value, str):
        return _LONG.sub(lambda found: found[0] + _MAY_BREAK, legible(value))
    if isinstance(value, dict):
        return {name: _shown(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shown(one) for one in value]
    return value


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _drawable(texts: Iterable[str]) -> bool:
    """By scripts: the fonts have nearly all letters of theirs."""
    letters = {sign for text in texts for sign in text if sign > "\u024f" and sign.isalpha()}
    return all(unicodedata.name(sign, "").startswith(SCRIPTS) for sign in letters)
