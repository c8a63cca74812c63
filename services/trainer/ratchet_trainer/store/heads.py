"""What an example is, without its texts: how that stands in the store."""

from collections.abc import Sequence
from math import ceil, sqrt
from operator import itemgetter
from typing import Any

from bson import Binary

from ratchet_common.mongo import Document
from ratchet_scoring.scorers import LABEL_TASKS
from ratchet_trainer.collecting.collection import Word
from ratchet_trainer.collecting.drafts import About
from ratchet_trainer.collecting.head import Head
from ratchet_trainer.collecting.learning import Learned
from ratchet_trainer.collecting.targets import Reason
from ratchet_trainer.documents.resting import DocumentRead
from ratchet_trainer.rollouts.lineage import Origin
from ratchet_trainer.store.paging import place_of

EXAMPLE, REFUSED = "example", "refused"
ARCHIVED = "archived"  # an example that no new dataset takes; those that have it keep it
OUTDATED = "outdated"  # so is one that rests on a document that has another content now


def document(word: Word) -> Document:
    if not isinstance(word, Learned):
        return _about(word.about) | {"state": REFUSED, "reason": str(word.reason)}
    example = word.example
    is_label = example.task_type in LABEL_TASKS and isinstance(example.target, str)
    texts = (example.document, example.question, example.output or "", *example.labels, *example.target)
    return _about(word.about) | {
        "state": EXAMPLE,
        "target_source": example.target_source,
        "label": example.target if is_label else None,
        "document_hash": example.document_hash,
        "question_hash": word.question_hash,
        "signature": word.signature,
        "content": word.content,
        "chars": sum(map(len, texts)),
        "quality": example.quality,
        "pii": [{"kind": kind, "count": count} for kind, count in example.pii.items()],
    }


PARTS = "0123456789abcdef"  # of the examples of a task, by the first digit of their ids, which are hashes
PART_IN_PLACE = 23  # where that digit stands
SPREAD = 6  # standard deviations by which a part may have more than its share before it is asked again

HEAD = dict.fromkeys(
    (
        "place",
        "revision",
        "target_source",
        "label",
        "document_type",
        "quality",
        "document_hash",
        "question_hash",
        "signature",
        "session_hash",
        "user_hash",
        "content",
        "chars",
        "learned_at",
        "speaker_hash",
        "answered_at",
        "documents",
        "revisions",
    ),
    1,
)


def head(stored: Document) -> Head:
    """Of what has the fields in `HEAD`. The type of the document was not always stored here, nor the quality."""
    return Head(
        example_id=stored["_id"].as_uuid(),
        revision=stored["revision"],
        target_source=stored["target_source"],
        label=stored["label"],
        document_type=stored.get("document_type"),
        quality=stored.get("quality"),
        document_hash=stored["document_hash"],
        question_hash=stored["question_hash"],
        signature=stored["signature"],
        session_hash=stored["session_hash"],
        user_hash=stored["user_hash"],
        content=stored["content"],
        chars=stored["chars"],
        learned_at=stored["learned_at"],
        speaker_hash=stored.get("speaker_hash"),
        answered_at=stored.get("answered_at"),
        documents=documents_of(stored),
    )


def documents_of(stored: Document) -> tuple[DocumentRead, ...]:
    """Nothing is stored where there are none."""
    read = zip(stored.get("documents", ()), stored.get("revisions", ()), strict=True)
    return tuple(DocumentRead(*one) for one in read)


def read_from(documents: Sequence[DocumentRead]) -> dict[str, list[Any]]:
    """The fields of a head or a text; none where it rests on no document, so that no index has it."""
    if not documents:
        return {}
    return {"documents": [one.document_id for one in documents], "revisions": [one.revision for one in documents]}


def origin(stored: Document) -> Origin:
    result_id = stored["result_id"]
    return Origin(
        example_id=stored["_id"].as_uuid(),
        result_id=result_id.as_uuid() if result_id else None,
        source=stored.get("target_source"),
        version_id=stored["version_id"],
        spoken=stored["spoken"],
        documents=tuple(one.document_id for one in documents_of(stored)),
        deleted=stored.get("reason") == Reason.DOCUMENT_DELETED,
    )


def of_each_part(limit: int) -> int:
    """How many of each part give the newest of all, as good as always."""
    share = limit / len(PARTS)
    return min(ceil(share + SPREAD * sqrt(share)), limit)


def newest(parts: Sequence[Sequence[tuple[str, Head]]], each: int, limit: int) -> list[Head] | None:
    """Of the newest `each` of every part, with their places. None: a part may have more that belong to them."""
    found = sorted((one for part in parts for one in part), key=itemgetter(0), reverse=True)[:limit]
    oldest = found[-1][0] if len(found) == limit else ""
    if any(len(part) == each and part[-1][0] > oldest for part in parts):
        return None
    return [head for _, head in found]


def _about(about: About) -> dict[str, Any]:
    return {
        "_id": Binary.from_uuid(about.example_id),
        "tenant": about.tenant,
        "task_type": about.task_type,
        "place": place_of(about.learned_at, about.example_id),
        "part": about.example_id.hex[0],
        "revision": about.revision,
        "result_id": Binary.from_uuid(about.result_id) if about.result_id else None,
        "spoken": about.spoken,
        "version_id": about.version_id,
        "stratum": about.stratum,
        "document_type": about.document_type,
        "session_hash": about.session_hash,
        "user_hash": about.user_hash,
        "speaker_hash": about.speaker_hash,
        "answered_at": about.answered_at,
        "learned_at": about.learned_at,
        "approach": about.approach,
        **read_from(about.documents),
    }
