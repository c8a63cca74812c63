"""How long to wait before something is told again that was not taken: later and later, and not for ever. Pure."""

from typing import Final

FIRST_PAUSE_S: Final = 5.0
GROWS: Final = 4.0
LONGEST_PAUSE_S: Final = 3_600.0
TRIES: Final = 8  # within two and a half hours


def pause_s(tries: int) -> float:
    """After so many that failed."""
    return min(FIRST_PAUSE_S * GROWS ** (tries - 1), LONGEST_PAUSE_S)
