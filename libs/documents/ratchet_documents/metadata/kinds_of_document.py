"""Which of the document types a text is, by words that such documents have: English, German, French and Spanish."""

import re
from collections.abc import Iterable

from ratchet_documents.metadata.sources import Found, Source

OTHER = "other"
FINANCIAL = "financial_report"
MEETING_NOTES = "meeting_notes"
IN_TITLE = 3  # what a word in the title or the name of the file counts; in the text it counts 1
ENOUGH = 3
_NONE = "No words of the other types are in it."
# A day behind `From:` is a contract's, a place behind `Von:`, `An:` and `Datum:` a journey's: who sends says of what.
_HEADERS = (
    re.compile(r"^(?:from|von|de)[ \t]*:(?![ \t]*\d)", re.I | re.M),
    re.compile(r"^(?:subject|re|betreff|objet|asunto)[ \t]*:|^[^\n:]{2,12}:[^\n]{0,200}@", re.I | re.M),
    re.compile(r"^(?:to|cc|an|à|para)[ \t]*:", re.I | re.M),
    re.compile(r"^(?:date|sent|gesendet|datum|envoyé|enviado|fecha)[ \t]*:", re.I | re.M),
)
_WHO_WAS_THERE = re.compile(
    r"^[^\w\n]*(?:present|attendees|in attendance|apologies|teilnehme(?:r|r:?innen|nde)|anwesend(?:e)?"
    r"|entschuldigt|(?:étaient )?présents?|participants|asistentes|presentes)\W*[:|]",
    re.I | re.M,
)
_AT_THE_TOP = 2_000  # characters in which heads are looked for
_TITLES: dict[str, re.Pattern[str]] = {
    "financial_report": re.compile(
        r"\b(?:10-?[qk]|20-?f|8-?k|(?:annual|quarterly|interim|financial|earnings)\s+(?:report|results|statements?|release)"
        r"|balance\s+sheet|(?:first|second|third|fourth)[\s-]quarter|q[1-4]\s+(?:19|20)\d\d|(?:19|20)\d\d\s+q[1-4]"
        r"|(?:geschäfts|finanz|quartals|jahres|zwischen|halbjahres(?:finanz)?)bericht|(?:jahres|konzern)abschluss|bilanz"
        r"|rapport\s+(?:annuel|financier|semestriel|trimestriel)|(?:états\s+financiers|comptes\s+(?:annuels|consolidés))"
        r"|informe\s+(?:anual|financiero|trimestral|semestral)|estados\s+financieros|cuentas\s+anuales)\b",
        re.I,
    ),
    "contract": re.compile(
        r"\b(?:agreement|contract|lease|nda|terms\s+(?:and\s+conditions|of\s+\w+)|amendment"
        r"|\w*(?:vertrag|vereinbarung)|contrat|contrato|convenio|bail\s+(?:commercial|professionnel|rural|de\s+\w+|d['’]\w+))\b",
        re.I,
    ),
    "meeting_notes": re.compile(
        r"\b(?:minutes|meeting|stand-?up|agenda|retrospective|\w*(?:sitzung|besprechung)"
        r"|(?:sitzungs|besprechungs|ergebnis|verlaufs|kurz|\w+kreis)?protokoll"
        r"|compte[\s-]rendu|procès[\s-]verbal|réunion|acta\s+(?:de|del|n[º°o.]*|número|\d+)|reunión)\b",
        re.I,
    ),
    "technical_spec": re.compile(
        r"\b(?:specification|spec|requirements|architecture|design\s+(?:doc(?:ument)?|proposal)|rfc|api|interface"
        r"|(?:lasten|pflichten)heft|\w*spezifikation|anforderungen|cahier\s+des\s+charges|spécifications?"
        r"|especificaci(?:ón|ones)|requisitos)\b",
        re.I,
    ),
    "status_report": re.compile(
        r"\b(?:(?:status|progress|weekly|monthly)\s+(?:report|update|summary)|(?:status|fortschritts|wochen|monats)bericht"
        r"|rapport\s+d['’]avancement|informe\s+de\s+(?:estado|avance|progreso))\b",
        re.I,
    ),
}
_TEXTS: dict[str, tuple[str, ...]] = {
    "financial_report": (
        "balance sheet",
        "cash flows",
        "statements of operations",
        "statements of income",
        "income statement",
        "operating profit",
        "profit for the year",
        "net income",
        "securities exchange act",
        "quarterly report",
        "annual report",
        "per share",
        "gross margin",
        "revenue",
        "umsatzerlöse",
        "gewinn- und verlustrechnung",
        "jahresüberschuss",
        "konzernabschluss",
        "kapitalflussrechnung",
        "compte de résultat",
        "chiffre d'affaires",
        "résultat net",
        "cuenta de resultados",
        "beneficio neto",
    ),
    "contract": (
        "this agreement",
        "hereinafter",
        "hereby",
        "whereas",
        "the parties",
        "governing law",
        "indemnif",
        "in witness whereof",
        "confidentiality",
        "termination",
        "vertragspartei",
        "gerichtsstand",
        "kündigung",
        "ci-après",
        "les parties",
        "résiliation",
        "las partes",
        "rescisión",
    ),
    "meeting_notes": (
        *("attendees", "agenda", "action items", "minutes", "next meeting", "participants", "decisions"),
        *("teilnehmer", "tagesordnung", "beschluss", "nächste sitzung", "ordre du jour", "orden del día"),
    ),
    "technical_spec": ("shall", "requirements", "interface", "endpoint", "protocol", "latency", "schema", "non-goals"),
    "status_report": (
        "milestone",
        "on track",
        "blockers",
        "next steps",
        "this week",
        "risks",
        "accomplish",
        "completed",
    ),
}


def document_type(titles: Iterable[Source], pages: Iterable[Source]) -> Found:
    """The one with the most of its words, each counted once; `other` where none has enough of them."""
    titles, pages = list(titles), list(pages)
    if pages and _is_sent(pages[0].text[:_AT_THE_TOP]):
        return Found("email", "text", pages[0].page)
    scores = {name: _score(name, titles, pages) for name in _TITLES}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] < ENOUGH:
        return Found(OTHER, "text", 0, _NONE)
    for source in titles:
        if _TITLES[best].search(source.text):
            return Found(best, source.place)
    return Found(best, "text", next((page.page for page in pages if _count(best, page.text)), pages[0].page))


def _is_sent(top: str) -> bool:
    sender, what, *others = (heads.search(top) is not None for heads in _HEADERS)
    return sender and what and any(others)


def _score(name: str, titles: Iterable[Source], pages: Iterable[Source]) -> int:
    named = IN_TITLE if any(_TITLES[name].search(source.text) for source in titles) else 0
    pages = list(pages)
    top = pages[0].text[:_AT_THE_TOP] if pages else ""
    if name == MEETING_NOTES and _WHO_WAS_THERE.search(top):
        named = IN_TITLE  # as good as a title
    return named + _count(name, "\n".join(page.text for page in pages))


def _count(name: str, text: str) -> int:
    folded = text.casefold()
    return sum(1 for word in _TEXTS[name] if word in folded)
