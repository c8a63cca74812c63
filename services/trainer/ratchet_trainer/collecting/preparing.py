"""What worker processes do to texts before anything is stored, or made of them: scrub, and take fingerprints."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from ratchet_trainer.collecting.example import Example
from ratchet_trainer.datasets.augmenting import Plan, augmented
from ratchet_trainer.datasets.duplicates import text_hash
from ratchet_trainer.privacy.finding.sought import DIRECTLY, Sought
from ratchet_trainer.privacy.scrubbing import Scrubbed, scrub
from ratchet_trainer.privacy.spans import Span


@dataclass(frozen=True, slots=True)
class Prepared:
    texts: tuple[str, ...]  # scrubbed
    found: dict[str, int]  # distinct private values by kind
    document_hash: str
    signature: bytes  # for near duplicates


def prepare(batch: Sequence[tuple[str, ...]], sought: Sought = DIRECTLY) -> list[Prepared]:
    """For each example its texts, the document first."""
    # Both load what only worker processes shall pay for: spaCy and SciPy.
    from ratchet_trainer.datasets.near import signature

    prepared = []
    for texts in batch:
        scrubbed = scrubbed_of(texts, sought)
        document = scrubbed.texts[0]
        prepared.append(Prepared(scrubbed.texts, scrubbed.found, text_hash(document), signature(document)))
    return prepared


def scrubbed_of(texts: Sequence[str], sought: Sought = DIRECTLY) -> Scrubbed:
    return scrub(texts, partial(found_in, sought=sought))


def found_in(text: str, sought: Sought = DIRECTLY) -> list[Span]:
    from ratchet_trainer.privacy.finding.finder import found_in as found

    return found(text, sought)


def varied(examples: Sequence[Example], plan: Plan, sought: Sought = DIRECTLY) -> list[Example]:
    """Each example, and after it what is made of it and has nothing private in it."""
    return augmented(examples, plan, lambda text: bool(found_in(text, sought)))
