"""What counts as private: told to worker processes with each batch."""

from dataclasses import dataclass
from typing import Final

from ratchet_trainer.privacy.finding.kinds import DIRECT, KINDS


@dataclass(frozen=True, slots=True)
class Sought:
    """`model`: a spaCy pipeline that finds names too, by its package or folder; empty: rules alone."""

    kinds: frozenset[str] = frozenset(DIRECT)
    model: str = ""


DIRECTLY: Final = Sought()
EVERYTHING: Final = Sought(frozenset(KINDS))
