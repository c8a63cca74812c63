"""What worker processes do to texts before anything is stored: scrub, and take fingerprints."""

from collections.abc import Sequence
from dataclasses import dataclass

from ratchet_trainer.duplicates import text_hash
from ratchet_trainer.names import find_names
from ratchet_trainer.scrubbing import scrub
from ratchet_trainer.spans import Span


@dataclass(frozen=True, slots=True)
class Prepared:
    texts: tuple[str, ...]  # scrubbed
    found: dict[str, int]  # distinct private values by kind
    document_hash: str
    signature: bytes  # for near duplicates


def prepare(batch: Sequence[tuple[str, ...]]) -> list[Prepared]:
    """For each example its texts, the document first."""
    # Both load what only worker processes shall pay for: spaCy and SciPy.
    from ratchet_trainer.near import signature

    prepared = []
    for texts in batch:
        scrubbed = scrub(texts, found_in)
        document = scrubbed.texts[0]
        prepared.append(Prepared(scrubbed.texts, scrubbed.found, text_hash(document), signature(document)))
    return prepared


def found_in(text: str) -> list[Span]:
    from ratchet_trainer.recognisers import find_private

    return find_private(text) + find_names(text)
