"""What may be told to a URL when it is over, and how far that has come. Pure."""

from typing import Final, Literal, Protocol

FIRST_PAUSE_S: Final = 5.0
GROWS: Final = 4.0
LONGEST_PAUSE_S: Final = 3_600.0
TRIES: Final = 8
ToldState = Literal["", "waiting", "delivered", "given_up", "refused"]


class Tellable(Protocol):
    """`callback`: a URL; `tell_at`: when it is told, Unix time, and `told` what became of it."""

    callback: str
    tell_at: float | None
    told_tries: int
    told: ToldState


def heard(one: Tellable) -> None:
    one.tell_at, one.told = None, "delivered"


def never_to_be_told(one: Tellable) -> None:
    one.tell_at, one.told = None, "refused"


def not_heard(one: Tellable, now: float) -> None:
    """Later and later, and not for ever."""
    if one.told_tries >= TRIES:
        one.tell_at, one.told = None, "given_up"
    else:
        one.tell_at = now + pause_s(one.told_tries)


def pause_s(tries: int) -> float:
    """After so many that failed."""
    return min(FIRST_PAUSE_S * GROWS ** (tries - 1), LONGEST_PAUSE_S)
