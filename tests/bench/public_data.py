"""Public data that is measured on. It is no part of the project."""

import gzip
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ratchet_student import Example
from ratchet_student.reader import Taught

REPOSITORY = Path(__file__).parents[2]
FOLDER = REPOSITORY / os.environ.get("RATCHET_DATA", "../shared/data")  # an absolute path stays as it is

E_MAILS = FOLDER / "email_intent/train.tsv"
MEETINGS = FOLDER / "meetings"
MARKED = FOLDER / "pii_synthetic/sentences.json"
REPORTS = FOLDER / "tatqa/tatqa_dataset_dev.json"


class DataMissingError(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Question:
    meeting: int
    example: Example  # the target is the reference summary


@dataclass(frozen=True, slots=True)
class Marked:
    template: int  # that the sentence was made from
    example: Example  # the target is the items, "kind, name"


@dataclass(frozen=True, slots=True)
class OnReport:
    report: int
    example: Example  # the target is the answer


@dataclass(frozen=True, slots=True)
class OnTable:
    report: int
    taught: Taught
    computed: bool  # by arithmetic, or counted
    kind: str  # span, multi-span, arithmetic, count


def e_mails() -> list[Example]:
    """Sentences, Yes where they ask for or promise an action (ParakweetLabs/EmailIntentDataSet, Apache-2.0)."""
    rows = there(E_MAILS).read_text(encoding="latin-1").split("\n")
    labelled = [row.split("\t", 1) for row in rows if row.strip()]
    return [Example(text, label) for label, text in labelled]


def questions(part: str, meetings: int | None = None) -> list[Question]:
    """About meetings (QMSum, MIT), `part` train or val; a line of the document is a turn, "speaker: text"."""
    with gzip.open(there(MEETINGS / f"{part}.jsonl.gz"), "rt", encoding="utf-8") as lines:
        each = [json.loads(line) for line in lines][:meetings]
    found = []
    for place, meeting in enumerate(each):
        document = "\n".join(f"{turn['speaker']}: {turn['content']}" for turn in meeting["meeting_transcripts"])
        asked = [*meeting["general_query_list"], *meeting["specific_query_list"]]
        found += [Question(place, Example(document, one["answer"], one["query"])) for one in asked]
    return found


def marked() -> list[Marked]:
    """Sentences with marked spans (microsoft/presidio-research, MIT)."""
    return [Marked(row["template_id"], _marked(row)) for row in json.loads(there(MARKED).read_text())]


def questions_on_reports(reports: int | None = None) -> list[OnReport]:
    """Of TAT-QA (NExTplusplus/TAT-QA, CC-BY-4.0) those that one span answers. A row of the table is a line."""
    each = json.loads(there(REPORTS).read_text())[:reports]
    return [
        OnReport(place, Example(_report(one), _answer(asked), asked["question"]))
        for place, one in enumerate(each)
        for asked in one["questions"]
        if asked["answer_type"] == "span"
    ]


def questions_on_tables() -> list[OnTable]:
    """All of TAT-QA's (NExTplusplus/TAT-QA, CC-BY-4.0), each with its table and its paragraphs."""
    return [
        OnTable(place, _taught(one, asked), asked["answer_type"] in ("arithmetic", "count"), asked["answer_type"])
        for place, one in enumerate(json.loads(there(REPORTS).read_text()))
        for asked in one["questions"]
    ]


def _taught(one: Any, asked: Any) -> Taught:
    texts = tuple(paragraph["text"] for paragraph in sorted(one["paragraphs"], key=lambda its: its["order"]))
    tables = (tuple(map(tuple, one["table"]["table"])),)
    answer = tuple(asked["answer"]) if isinstance(asked["answer"], list) else str(asked["answer"])
    return Taught(asked["question"], texts, tables, answer, asked["scale"], asked["derivation"])


def _marked(row: Any) -> Example:
    spans = sorted(row["spans"], key=lambda span: span["start_position"])
    items = [f"{span['entity_type'].lower()}, {' '.join(span['entity_value'].split())}" for span in spans]
    return Example(row["full_text"], list(dict.fromkeys(items)))


def _report(one: Any) -> str:
    rows = [" | ".join(row) for row in one["table"]["table"]]
    texts = [paragraph["text"] for paragraph in sorted(one["paragraphs"], key=lambda its: its["order"])]
    return "\n".join(rows) + "\n\n" + "\n\n".join(texts)


def _answer(asked: Any) -> str:
    scale = asked["scale"] if asked["scale"] != "percent" else ""
    return f"{asked['answer'][0]} {scale}".strip()


def there(path: Path) -> Path:
    if not path.exists():
        raise DataMissingError(f"{path} is missing: put the public data there, or set RATCHET_DATA to its folder.")
    return path
