"""All that is read of what a document is about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ratchet_documents.metadata.columns import PARTED_BY, periods_of_columns
from ratchet_documents.metadata.companies import company
from ratchet_documents.metadata.dates import days_in
from ratchet_documents.metadata.kinds_of_document import FINANCIAL, MEETING_NOTES, document_type
from ratchet_documents.metadata.periods import period, period_end
from ratchet_documents.metadata.sources import Found, Source, first_pages, text_without_columns, titles
from ratchet_documents.parsed import Parsed

_OTHER = (
    r"(?:due|next(?:\s+meeting)?|start|end|target|delivery|completion|launch|planned|expiry|maturity"
    r"|closing|payment|record|go-?live|birth|revised|original|forecast|review)"
)
_DATED = re.compile(
    rf"\b(?P<other>{_OTHER}\s+)?"
    r"(?:date|dated|published|issued|signed|as of|effective|datum|unterzeichnet|fecha|fait\s+à\s+\w+,?\s+le"
    r"|[^\W\d_]+,\s+(?:den|le))\s*[:|]?\s*(?:on\s+|as of\s+|am\s+)?",
    re.I,
)
_OF_SOMETHING = re.compile(  # before a day that is not the one on which it was written
    rf"\b{_OTHER}(?:\s+date)?\s*[:|]?\s*\Z"
    r"|\b(?:begin|start|end|run|last|expire|mature|commence|launch|terminate)s?(?:\s+on)?\s+\Z"
    r"|\b(?:until|till|by|from|through|due|since"
    r"|beginnt\s+am|endet\s+am|bis(?:\s+zum)?|ab(?:\s+dem)?|fällig\s+am|jusqu['’]au|à\s+partir\s+du)\s+\Z",
    re.I,
)
# Of minutes, before what was dated that they speak of.
_MET = re.compile(
    r"\b(?P<other>(?:next|previous|last|prior|nächste[nrs]?|letzte[nrs]?|prochaine|dernière|próxima|última)\s+(?:\w+\s+)?)?"
    r"(?:meeting|[^\W\d_]{0,30}(?:sitzung|besprechung)|réunion|reunión)\s+(?:was\s+)?(?:held\s+)?(?:on|of|vom|am|du|del)\s+"
    r"(?:[^\W\d_]{2,12}day,?\s+)?",
    re.I,
)
# That counts before days `as of` which something else is told, as shares outstanding.
_SAID_OF_ITSELF = re.compile(
    r"\bthis\s+(?:[\w-]+\s+){1,4}?(?:was|is|has\s+been)\s+(?:dated|filed|issued|published|released|signed)\s+"
    r"(?:with\s+[^.;]{1,80}?\s)?(?:(?:on|as of)\s+)?",
    re.I,
)
_AT_THE_TOP = 600  # characters in which a day alone is taken for the document's
_NEAR = 12
_A_DAY = 50  # characters that it is looked for in


@dataclass(frozen=True, slots=True)
class Metadata:
    """`period` as `2022-Q3`, `2022-H1` or `2022`; days as `2022-06-25`; `periods`: all that columns name, with commas
    between them. None: not said.
    """

    title: str
    document_type: Found
    company: Found | None
    period: Found | None
    period_end: Found | None
    date: Found | None
    periods: Found | None = None


def metadata_of(parsed: Parsed) -> Metadata:
    """From the title, the name of the file, and the first pages."""
    its_titles, pages = titles(parsed), list(first_pages(parsed))
    ends, its_period = period_end(pages), period(its_titles, pages)
    columns = periods_of_columns(parsed, its_period if its_period and not _is_first_named(its_period, ends) else None)
    if its_period and columns and _is_first_named(its_period, ends):
        its_period = _latest_of(its_period, columns)
    its_type = document_type(its_titles, pages)
    return Metadata(
        parsed.title,
        its_type,
        company(its_titles, pages, of_a_report=its_type.value == FINANCIAL),
        its_period,
        ends,
        _date(
            its_titles,
            list(first_pages(parsed, text_without_columns)),
            ends,
            of_a_meeting=its_type.value == MEETING_NOTES,
        ),
        columns,
    )


def _is_first_named(its: Found, ends: Found | None) -> bool:
    """Nothing but that the text names it first speaks for it."""
    return its.place == "text" and ends is None


def _latest_of(its: Found, columns: Found) -> Found:
    """Of columns `2022` and `2023` the report is of 2023, whichever comes first."""
    named = columns.value.split(PARTED_BY)
    if its.value not in named:
        return its
    latest = max(one for one in named if len(one) == len(its.value))
    return its if latest == its.value else replace(its, value=latest, assumption=f"The latest of {columns.value}.")


def _date(
    its_titles: Sequence[Source], pages: Sequence[Source], ends: Found | None, *, of_a_meeting: bool = False
) -> Found | None:
    """In the title; of minutes, of their meeting; behind words that say so; or the first at the top that is not the end
    of the period.
    """
    for source in its_titles:
        if found := next(days_in(source.text), None):
            return Found(found[1].isoformat(), source.place)
    if of_a_meeting and (met := _behind(_MET, pages[:1])):
        return met
    if behind := _behind(_SAID_OF_ITSELF, pages) or _behind(_DATED, pages):
        return behind
    for source in pages[:1]:
        top = source.text[:_AT_THE_TOP]
        for start, day in days_in(top):
            its_own = not _OF_SOMETHING.search(top, max(0, start - _A_DAY), start)
            if its_own and (ends is None or day.isoformat() != ends.value):
                return Found(day.isoformat(), source.place, source.page)
    return None


def _behind(words: re.Pattern[str], pages: Sequence[Source]) -> Found | None:
    for source in pages:
        for said in words.finditer(source.text):
            if said.groupdict().get("other"):
                continue
            start, day = next(days_in(source.text[said.end() : said.end() + _A_DAY]), (-1, None))
            if day is not None and start <= _NEAR:
                return Found(day.isoformat(), source.place, source.page)
    return None
