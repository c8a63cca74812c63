"""Quality checks of a report: each figure of the answer has a ground, and its statements have sources. Pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ratchet_figures.checking import Checked, checked
from ratchet_figures.checking.check import CannotCheckError
from ratchet_figures.checking.passages import Passage
from ratchet_figures.narrating import Marked
from ratchet_reports.report import Check
from ratchet_router.reporting.attributing import Attributed
from ratchet_router.reporting.told import Read, Told

SHOWN = 10  # figures without ground that are named
LEAST_CITED = 0.5  # of the statements that cite nothing a report is no report


class Checks(NamedTuple):
    """`borne_out`: the share of the answer's figures that are computed or quoted, and told as what they are."""

    all: tuple[Check, ...]
    borne_out: float = 1.0


def checks_of(told: Told, answered: Attributed, figures: Sequence[Marked]) -> Checks:
    """Of what was answered; what is narrated by rules has been checked by those who wrote the rules."""
    given = tuple(Check(name=one.name, passed=one.passed, found=one.detail) for one in told.checks)
    if told.output is None:
        return Checks(given)
    its, borne_out = _figures(told, figures)
    return Checks((*given, its, _cited(answered)), borne_out)


def _figures(told: Told, figures: Sequence[Marked]) -> tuple[Check, float]:
    try:
        its, marks = zip(*((one.figure, one.mark) for one in figures), strict=True) if figures else ((), ())
        found = checked(told.output or "", its, [_passage(one) for one in told.read], marks)
    except CannotCheckError as error:
        return Check(name="figures", passed=False, found=str(error)), 0.0
    check = Check(name="figures", passed=found.passed and not found.miscited, found=_said(found))
    wrong = len(found.unsupported) + len(found.mistold)
    return check, 1 - wrong / len(found.findings) if found.findings else 1.0


def _passage(its: Read) -> Passage:
    return Passage(str(its.number), its.title, its.pages[0] or None, its.text)


def _said(found: Checked) -> str:
    if not found.findings:
        return "The answer has no figures."
    computed = sum(one.ground == "computed" for one in found.findings)
    quoted = sum(one.ground == "quoted" for one in found.findings)
    sentences = [
        f"Figures in the answer: {len(found.findings)}; computed: {computed}; quoted from what was read: {quoted}."
    ]
    if found.unsupported:
        named = ", ".join(one.text.strip() for one in found.unsupported[:SHOWN])
        sentences.append(f"Neither computed nor in a source: {named}.")
    sentences += [f"{one.text.strip()}: {one.otherwise}." for one in found.mistold[:SHOWN]]
    if found.miscited:
        sentences += _miscited(found)
    return " ".join(sentences)


def _miscited(found: Checked) -> Iterator[str]:
    if quoted := sum(one.ground == "quoted" for one in found.miscited):
        yield f"Quoted from another passage than the sentence cites: {quoted}."
    if computed := [one for one in found.miscited if one.ground == "computed"]:
        named = ", ".join(one.text.strip() for one in computed[:SHOWN])
        yield f"Computed, and another figure than the sentence cites: {named}."


def _cited(answered: Attributed) -> Check:
    statements = [its for one in answered.sections for paragraph in one.paragraphs for its in paragraph.statements]
    cited = sum(bool(one.marks) for one in statements)
    return Check(
        name="sources",
        passed=cited > LEAST_CITED * len(statements) or cited == len(statements),
        found=f"Of {len(statements)} statements {cited} have a source, {answered.by_words} by their words and figures.",
    )
