"""Public data that is measured on. It is no part of the project."""

import gzip
import json
import os
from dataclasses import dataclass
from pathlib import Path

from ratchet_student import Example

REPOSITORY = Path(__file__).parents[2]
FOLDER = REPOSITORY / os.environ.get("RATCHET_DATA", "../shared/data")  # an absolute path stays as it is

E_MAILS = FOLDER / "email_intent/train.tsv"
MEETINGS = FOLDER / "meetings"


class DataMissingError(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Question:
    meeting: int
    example: Example  # the target is the reference summary


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


def there(path: Path) -> Path:
    if not path.exists():
        raise DataMissingError(f"{path} is missing: put the public data there, or set RATCHET_DATA to its folder.")
    return path
