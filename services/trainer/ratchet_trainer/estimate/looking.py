"""What worker processes do to a request before its outcome is stored: scrub it, and read it as an estimate does."""

from collections.abc import Sequence

from ratchet_trainer.collecting.preparing import scrubbed_of
from ratchet_trainer.datasets.duplicates import text_hash
from ratchet_trainer.estimate.outcomes import Asked, Look
from ratchet_trainer.privacy.finding.sought import DIRECTLY, Sought


def look_at(batch: Sequence[Asked], sought: Sought = DIRECTLY) -> list[Look]:
    return [_look(asked, sought) for asked in batch]


def _look(asked: Asked, sought: Sought) -> Look:
    from ratchet_estimate import read  # only worker processes shall pay for NumPy

    question, document = scrubbed_of((asked.question, asked.document), sought).texts
    reading = read(question, document, asked.document_type)
    return Look(
        buckets=reading.buckets.astype("<i4").tobytes(),
        counts=reading.counts.astype("<i4").tobytes(),
        shape=reading.shape.astype("<f4").tobytes(),
        text_hash=text_hash(f"{question}\n{document}"),
    )
