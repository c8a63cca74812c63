"""How long the platform is waited for."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds: for one call (an upload has more, by its size); for a file to be processed, and between two looks."""

    call_s: float = 60.0
    processing_s: float = 60.0
    look_every_s: float = 1.0


USUAL: Final = Patience()
