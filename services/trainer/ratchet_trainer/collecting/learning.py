"""From a draft and its scrubbed texts to an example, or to the reason why there is none. Pure."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import msgspec

from ratchet_trainer.collecting.drafts import About, Draft, Refused
from ratchet_trainer.collecting.example import Example
from ratchet_trainer.collecting.preparing import Prepared
from ratchet_trainer.collecting.targets import Reason
from ratchet_trainer.datasets.duplicates import text_hash
from ratchet_trainer.privacy.scrubbing import without_placeholders

_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Learned:
    about: About
    example: Example
    question_hash: str
    signature: bytes
    content: str  # digest of what it teaches


def texts_of(draft: Draft) -> tuple[str, ...]:
    """All that must be scrubbed, the document first."""
    output = () if draft.output is None else (draft.output,)
    target = draft.target.value
    return (
        draft.document,
        draft.question,
        *draft.labels,
        *draft.tags,
        *output,
        *((target,) if isinstance(target, str) else target),
    )


def learned(draft: Draft, prepared: Prepared) -> Learned | Refused:
    about, texts = draft.about, iter(prepared.texts)
    document, question = next(texts), next(texts)
    labels, tags = _some(texts, len(draft.labels)), _some(texts, len(draft.tags))
    output = None if draft.output is None else next(texts)
    target = next(texts) if isinstance(draft.target.value, str) else tuple(texts)
    if _says_nothing(document) or (isinstance(target, str) and _says_nothing(target)):
        return Refused(about, Reason.EMPTY_AFTER_SCRUBBING)
    example = Example(
        example_id=about.example_id,
        tenant=about.tenant,
        task_type=about.task_type,
        document=document,
        question=question,
        labels=labels,
        target=target,
        target_source=draft.target.source,
        output=output,
        score=about.score,
        score_source=about.score_source,
        version_id=about.version_id,
        model=about.model,
        assigned_by=about.assigned_by,
        cost_usd=about.cost_usd,
        latency_ms=about.latency_ms,
        confidence=about.confidence,
        document_type=about.document_type,
        tags=tags,
        document_hash=prepared.document_hash,
        session_hash=about.session_hash,
        user_hash=about.user_hash,
        stratum=about.stratum,
        quality=draft.quality,
        pii=prepared.found,
        answered_at=about.answered_at,
        learned_at=about.learned_at,
        completeness=about.completeness,
        approach=about.approach,
        documents=about.documents,
    )
    return Learned(about, example, text_hash(question), prepared.signature, content_of(example))


def content_of(example: Example) -> str:
    """SHA-256 of what it teaches: two examples that teach the same have the same."""
    teaches = (example.task_type, example.document, example.question, example.labels, example.target)
    return hashlib.sha256(msgspec.json.encode((*teaches, example.target_source))).hexdigest()


def _some(texts: Iterator[str], count: int) -> tuple[str, ...]:
    return tuple(islice(texts, count))


def _says_nothing(text: str) -> bool:
    return not _WORD.search(without_placeholders(text))
