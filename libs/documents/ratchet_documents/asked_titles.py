"""Which documents a question names by their titles or files. Pure."""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePath
from typing import Final

from ratchet_documents.asked_companies import NAMES, Named, short_name, words_of
from ratchet_documents.asked_documents import About
from ratchet_documents.ordinary_words import ORDINARY

# By which a file's name says that it is a document, and no topic: `migration plan`, and not `supply chain`.
_DOCUMENT: Final = re.compile(
    r"agreement|agenda|brief|briefing|budget|charter|checklist|contract|deck|evaluation|filing|forecast|guide|guidelines?"
    r"|handbook|invoice|lease|letter|list|log|manual|memo|memorandum|minutes|notes|offer|plan|policy|presentation|proposal"
    r"|register|report|retrospective|roadmap|schedule|slides|spec|specification|strategy|summary|update"
    r"|[^\W\d_]{0,30}(?:angebot|bericht|handbuch|konzept|liste|plan|protokoll|rechnung|richtlinie|vereinbarung|vertrag)"
    r"|compte|contrat|facture|procès|rapport|acta|contrato|factura|informe",
)


def titled(question: str, known: Sequence[About], named: Named) -> list[About]:
    """A title of one word is too easily a word of the question, and one that is a company's name is the company.
    One such as `Annual report` is not meant where another company is named.
    """
    said = f" {' '.join(words_of(question))} "
    called = {
        one.document_id: its
        for one in known
        if (its := [name.strip() for name in _calls(one.title, one.file) if name in said])
    }
    found = [one for one in known if one.document_id in called]
    companies = {name for one in known for name in (_title(one.company), short_name(one.company))} if found else set()
    return [
        one
        for one in found
        if not companies.issuperset(called[one.document_id])
        and (not named.ours or not one.company or short_name(one.company) in named.ours)
    ]


@lru_cache(maxsize=NAMES)
def stem(file: str) -> str:
    """Without its ending, in words."""
    return PurePath(file).stem.replace("_", " ")


@lru_cache(maxsize=4 * NAMES)  # of all documents that are known: each is looked at for each question
def _calls(title: str, file: str) -> tuple[str, ...]:
    """By which it may be named: the title; the file as it is called; that without its ending as it is written, or in
    words, where these say that it is a document, and not one that many have, such as `annual report 2025`. Blanks at
    both ends: whole words count.
    """
    as_written = " ".join(words_of(PurePath(file).stem))
    words = words_of(stem(file))
    telling = any(word.isalpha() and word not in ORDINARY for word in words) and any(map(_DOCUMENT.fullmatch, words))
    whole = _title(title) if " " in title.strip() else ""  # `Stand-up` and `10-K` are one word
    names = (whole, " ".join(words_of(file)), " ".join(words) if telling else "")
    return (
        *(f" {its} " for its in dict.fromkeys(names) if " " in its),
        *((f" {as_written} ",) if "_" in as_written else ()),
    )


@lru_cache(maxsize=NAMES)
def _title(title: str) -> str:
    return " ".join(words_of(title))
