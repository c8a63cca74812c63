"""The company of a document: as a filing names its registrant, as a label says, the first with a legal form, or whose
report a title says that it is.
"""

import re
from collections.abc import Iterable, Iterator

from ratchet_documents.metadata.sources import Found, Source
from ratchet_documents.ordinary_words import ORDINARY

_FORMS = (
    r"(?:Incorporated|Inc|Corporation|Corp|Company|Co|Limited|Ltd|LLC|L\.L\.C|LLP|L\.P|LP|PLC|Plc|plc|AG|SE|GmbH|KGaA|S\.A|SA|"
    r"N\.V|NV|B\.V|BV|AB|ASA|A/S|ApS|Oyj|Oy|S\.p\.A|Pty|Holdings|Group|INCORPORATED|INC|CORPORATION|CORP|COMPANY|LIMITED|LTD|HOLDINGS|GROUP"
    r"|S\.A\.S|SARL|S\.?à\s?r\.l|S\.r\.l|Srl|SRL|SpA|S\.L|Ltda|OHG|eG|JSC|PJSC|Bhd|Pte|K\.K|Sp\.\sz\so\.o|s\.r\.o|d\.o\.o|Kft|Zrt|Nyrt"
    # What may be something else counts behind a name that is not in capitals: no `AS` of a headline, no weight in KG.
    r"|(?<=[a-zß-ÿ]\s)(?<!eight\s)(?<!ewicht\s)(?:AS|SAS|KG|SL|UG)(?!\W{0,2}\d))"
)
_WORD = r"(?!\d+-\d+\b|\d{4,}\b)[A-ZÀ-ÖØ-ÞŁŚŠŽČİ0-9][\w&.'’-]{0,40}"
_LEADS_TO_IT = (
    r"(?!(?:Between|Among|By|From|With|For|And|Under|Both|See|Dear|Whereas|BETWEEN|AMONG|BY|FROM|WITH|AND|WHEREAS)\s)"
)
_NAME = re.compile(rf"\b{_LEADS_TO_IT}{_WORD}(?:,?\s(?:{_WORD}|of|and|&|the|de|von)){{0,5}}?,?\s{_FORMS}\b\.?(?!\w)")
_HAS_FORM = re.compile(rf"\b{_FORMS}\b")
_REGISTRANT = re.compile(r"\bexact\s+names?\s+of\s+(?:the\s+)?registrant", re.I)
_LABEL = re.compile(r"^(?:company|registrant|issuer|company name|name of company)\s*:\s*(\S[^\n]{1,100})$", re.I | re.M)
_NOT = re.compile(r"\b(?:nasdaq|stock\s+(?:market|exchange)|exchange\s+commission|depository|trust\s+company)\b", re.I)
_LONGEST = 100
_REPORT = (
    r"(?i:(?:consolidated\s+|unaudited\s+|condensed\s+)*(?:annual|quarterly|interim|half-?year(?:ly)?|semi-?annual|full-?year"
    r"|(?:first|second|third|fourth)[\s-](?:quarter|half)|q[1-4]|[1-4]q|h[12]|[12]h|fy|form\s+10-|10-[kq]|earnings|financial"
    r"|results|income\s+statement|balance\s+sheet)|(?:geschäfts|quartals|halbjahres|jahres|zwischen)(?:bericht|abschluss)"
    r"|konzernabschluss|rapport|comptes|informe|cuentas)"
)
_WHOSE_REPORT = re.compile(
    rf"^(?P<name>{_WORD}(?:\s(?:{_WORD}|&|and|of|de)){{0,4}}?)(?:['’]s)?\s*[:,|–—-]?\s*(?:(?:19|20)\d\d\s*)?\b{_REPORT}"
)
_REPORT_OF = re.compile(
    rf"^(?:{_REPORT})[^\n:,|–—]{{0,40}}(?:\sof\s|\s*[:,|–—]\s*)(?P<name>{_WORD}(?:\s(?:{_WORD}|&|and|of|de)){{0,4}})\s*(?:\W\s*|\Z)"
)
_NO_NAME = re.compile(rf"{_REPORT}.*|(?:19|20)\d\d|\d+", re.S)
_ORDINARY = ORDINARY | {
    "audited",
    "condensed",
    "consolidated",
    "draft",
    "preliminary",
    "statutory",
    "summary",
    "unaudited",
}
_NO_FORM = "The title says whose report it is, and nothing its legal form."


def company(titles: Iterable[Source], pages: Iterable[Source], *, of_a_report: bool = False) -> Found | None:
    """`of_a_report`: it is a financial one, which may be of whom its title names without a legal form."""
    pages, titles = list(pages), list(titles)
    for source in pages:
        for name in (_registrant(source.text), _labelled(source.text)):
            if name:
                return Found(name, source.place, source.page)
    for source in titles:
        if name := _with_form(source.text):
            return Found(name, source.place, source.page)
    whose = next((its for source in titles if (its := _whose_report(source))), None) if of_a_report else None
    for source in pages:
        for name in _all_with_form(source.text):
            if whose is None or name.casefold().startswith(whose.value.casefold()):
                return Found(name, source.place, source.page)
    return whose


def _whose_report(title: Source) -> Found | None:
    """`Fjordline` of `Fjordline Annual Report 2025`, where that is no ordinary word."""
    found = _WHOSE_REPORT.match(title.text) or _REPORT_OF.match(title.text)
    words = found["name"].split() if found else []
    if found is None or words[0].casefold() in _ORDINARY or any(map(_NO_NAME.fullmatch, words)):
        return None
    return Found(_tidy(found["name"]), title.place, title.page, _NO_FORM)


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
    return next(_all_with_form(text), "")


def _all_with_form(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        for found in _NAME.finditer(line[:5_000]):
            if not _NOT.search(found[0]):
                yield _tidy(found[0])


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
