"""Quarterly reports and questions about them (docugami/KG-RAG-datasets, MIT). They are no part of the project."""

import csv
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ratchet_documents.metadata import metadata_of
from ratchet_documents.parsed import Block, Page, Paragraph, Parsed
from ratchet_retrieval.passages import Subject
from tests.bench.public_data import FOLDER, there

PAGES = FOLDER / "sec_10q/pages.jsonl.gz"
QUESTIONS = FOLDER / "sec_10q/qna_data.csv"
_FIGURE = re.compile(r"\d[\d,]*\.?\d*")
_AMOUNT = re.compile(r"[,.]\d")
_SOURCE = re.compile(r"\(?SOURCE")


@dataclass(frozen=True, slots=True)
class Filing:
    name: str  # of its file
    pages: tuple[str, ...]
    subject: Subject
    period_end: str


@dataclass(frozen=True, slots=True)
class Asked:
    text: str
    filing: str  # the name of the file that answers it
    figures: frozenset[str]  # of the answer, without signs between thousands; those of one digit are left out
    amounts: frozenset[str]  # those of them that are written with a sign between thousands, or with decimals
    answer: str  # without its source


def filings() -> list[Filing]:
    """What each is about is read from its pages, and from the name of its file, as of any that somebody sends."""
    pages: defaultdict[str, dict[int, str]] = defaultdict(dict)
    with gzip.open(there(PAGES), "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            pages[row["doc_name"]][row["page"]] = row["text"]
    return [_filing(name, [its[number] for number in sorted(its)]) for name, its in sorted(pages.items())]


def about_one(names: Sequence[str]) -> list[Asked]:
    """The questions that one document answers."""
    with there(QUESTIONS).open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["Question Type"].startswith("Single")]
    return [_asked(row, names) for row in rows]


def figures_in(text: str) -> set[str]:
    return {one.replace(",", "") for one in _written(text)}


def amounts_in(text: str) -> set[str]:
    return {one.replace(",", "") for one in _written(text) if _AMOUNT.search(one)}


def _written(text: str) -> Iterator[str]:
    return (found[0].rstrip(".,") for found in _FIGURE.finditer(text))


def _asked(row: dict[str, str], names: Sequence[str]) -> Asked:
    source = row["Source Docs"].strip().replace("*", "").removesuffix(".pdf")
    (filing,) = (name for name in names if source in name)
    answer = _SOURCE.split(row["Answer"])[0]
    figures = {one for one in figures_in(answer) if len(one) > 1}
    return Asked(row["Question"], filing, frozenset(figures), frozenset(amounts_in(answer)), answer.strip())


def _filing(name: str, pages: Sequence[str]) -> Filing:
    parsed = Parsed("pdf", name, "pages", tuple(_page(number, text) for number, text in enumerate(pages, 1)))
    read = metadata_of(parsed)
    subject = Subject(
        read.title or name.removesuffix(".pdf"),
        read.company.value if read.company else "",
        read.period.value if read.period else "",
        read.document_type.value,
        read.date.value if read.date else "",
    )
    return Filing(name, tuple(pages), subject, read.period_end.value if read.period_end else "")


def _page(number: int, text: str) -> Page:
    blocks: tuple[Block, ...] = tuple(Paragraph(line) for line in text.split("\n") if line.strip())
    return Page(number, blocks)
