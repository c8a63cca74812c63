"""The company of a document: as a filing names its registrant, as a label says, or the first with a legal form."""

import re
from collections.abc import Iterable, Iterator

from ratchet_documents.metadata.sources import Found, Source

_FORMS = (
    r"(?:Incorporated|Inc|Corporation|Corp|Company|Co|Limited|Ltd|LLC|L\.L\.C|LLP|L\.P|LP|PLC|Plc|plc|AG|SE|GmbH|KGaA|S\.A|SA|"
    r"N\.V|NV|B\.V|BV|AB|ASA|A/S|ApS|Oyj|Oy|S\.p\.A|Pty|Holdings|Group|INCORPORATED|INC|CORPORATION|CORP|COMPANY|LIMITED|LTD|HOLDINGS|GROUP)"
)
_WORD = r"(?!\d+-\d+\b|\d{4,}\b)[A-Z0-9][\w&.'’-]{0,40}"
_LEADS_TO_IT = (
    r"(?!(?:Between|Among|By|From|With|For|And|Under|Both|See|Dear|Whereas|BETWEEN|AMONG|BY|FROM|WITH|AND|WHEREAS)\s)"
)
_NAME = re.compile(rf"\b{_LEADS_TO_IT}{_WORD}(?:,?\s(?:{_WORD}|of|and|&|the|de|von)){{0,5}}?,?\s{_FORMS}\b\.?(?!\w)")
_HAS_FORM = re.compile(rf"\b{_FORMS}\b")
_REGISTRANT = re.compile(r"\(?\s*exact\s+names?\s+of\s+(?:the\s+)?registrant", re.I)
_LABEL = re.compile(r"^(?:company|registrant|issuer|company name|name of company)\s*:\s*(\S[^\n]{1,100})$", re.I | re.M)
_NOT = re.compile(r"\b(?:nasdaq|stock\s+(?:market|exchange)|exchange\s+commission|depository|trust\s+company)\b", re.I)
_LONGEST = 100


def company(titles: Iterable[Source], pages: Iterable[Source]) -> Found | None:
    pages = list(pages)
    for source in pages:
        for name in (_registrant(source.text), _labelled(source.text)):
            if name:
                return Found(name, source.place, source.page)
    for source in (*titles, *pages):
        if name := _with_form(source.text):
            return Found(name, source.place, source.page)
    return None


def _registrant(text: str) -> str:
    """What stands right before `(Exact name of registrant …)`."""
    if not (found := _REGISTRANT.search(text)):
        return ""
    before = text[max(0, found.start() - _LONGEST) : found.start()].strip(" \n|_-()")
    line = before.rpartition("\n")[2].strip()
    named = [match[0] for match in _NAME.finditer(line)]
    return _tidy(named[-1] if named else line)


def _labelled(text: str) -> str:
    found = _LABEL.search(text)
    return _tidy(found[1]) if found else ""


def _with_form(text: str) -> str:
    for line in text.split("\n"):
        for found in _NAME.finditer(line[:5_000]):
            if not _NOT.search(found[0]):
                return _tidy(found[0])
    return ""


def _tidy(name: str) -> str:
    return " ".join(name.split())[:_LONGEST]


def companies_in(text: str) -> Iterator[re.Match[str]]:
    """All that a legal form stands behind, but for exchanges and depositories."""
    line = 0
    while line < len(text):
        end = text.find("\n", line)
        end = len(text) if end < 0 else end
        if _HAS_FORM.search(text, line, end):
            yield from (found for found in _NAME.finditer(text, line, end) if not _NOT.search(found[0]))
        line = end + 1
