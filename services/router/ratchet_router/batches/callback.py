"""What may be told to a URL when it is over, and how far that has come. Pure."""

from typing import Literal, Protocol

from ratchet_common.pauses import TRIES, pause_s

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
