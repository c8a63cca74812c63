"""Whether amounts are the company's own: those of a segment, pro forma, of its parent or foretold are not. Pure."""

import re
from collections.abc import Iterable
from typing import Final

LONGEST_TITLE: Final = 120  # characters of a line that is one

NOT_OWN: Final = re.compile(
    r"\bsegment\w*\b|\bpro[\s-]?forma\b|\bparent[\s-](?:company\s+)?only\b|\bparent\s+company\s+(?:condensed|financial|information)"
    r"|\b(?:guidance|outlook|forecasts?|projections?|projected|budget(?:ed)?)\b|\bby\s+(?:geograph\w+|region|product|division)s?\b"
    r"|\bnach\s+(?:Regionen|Geschäftsbereichen|Produkten)\b|\b(?:Prognose|Ausblick|Planung|Muttergesellschaft)\w*"
    r"|\bsectori?el\w*|\bpar\s+(?:secteur|zone|région|activité)\w*|\b(?:perspectives|prévisions?|société\s+mère)\b",
    re.I,
)
_OWN: Final = re.compile(
    r"\b(?:consolidated|condensed)\s+(?:\w+\s+){0,3}(?:statements?|balance\s+sheets?|results|data|information|income)\b"
    r"|\bbalance\s+sheets?\b|\bincome\s+statements?\b|\bstatements?\s+of\s+(?:\w+\s+){0,3}"
    r"(?:operations|income|earnings|cash\s+flows?|financial\s+position|profit|loss|comprehensive)"
    r"|\A\s*(?:note|item)\s+\d"
    r"|\b(?:Konzern-?\s?)?(?:Gewinn-?\s?und\s+Verlustrechnung|Bilanz|Kapitalflussrechnung)\b|\bcompte\s+de\s+résultat\b"
    r"|\bbilan\b|\btableau\s+des\s+flux\b",
    re.I,
)


def is_own(titles: Iterable[str], own: bool) -> bool:
    """What the last of the titles that says anything says; `own`: what was said before them."""
    for title in titles:
        if NOT_OWN.search(title):
            own = False
        elif _OWN.search(title):
            own = True
    return own


def titles_in(text: str) -> list[str]:
    """Lines that introduce what follows: short ones that are no sentences, and what ends with a colon."""
    lines = (line.strip(" \t|*#") for line in text.split("\n"))
    return [
        line
        for line in lines
        if line and (line.endswith(":") or (len(line) <= LONGEST_TITLE and line[-1] not in ".;,"))
    ]


def introduced_by(caption: str) -> str:
    """The last sentence of what stands before a table."""
    return re.split(r"(?<=[.!?])\s+(?=[A-Z])", " ".join(caption.split()))[-1]
