"""An answer that has begun has its status, whatever comes after it: what ended it half-way is noted here, for those who
count requests."""

from contextvars import ContextVar

_noted: ContextVar[list[int] | None] = ContextVar("what broke the answer of this request off", default=None)


def begin() -> list[int]:
    """Of the request that begins: empty as long as nothing is noted."""
    noted: list[int] = []
    _noted.set(noted)
    return noted


def note(status: int) -> None:
    """The status that it would have had, had nothing gone out before. Outside of a request nothing is noted."""
    noted = _noted.get()
    if noted is not None:
        noted.append(status)
