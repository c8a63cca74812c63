"""Why the platform did not do what it was asked to, told apart by what helps."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import httpx2

from ratchet_providers.http_failures import retry_after, said_in
from ratchet_trainer.platforms.openai.settings import KEY_SETTING
from ratchet_trainer.platforms.platform import PlatformAwayError, PlatformRefusedError

if TYPE_CHECKING:
    from openai import APIStatusError

PLATFORM: Final = "openai"
MOST_WORDS: Final = 300  # characters that are quoted of what it said
LATER: Final = frozenset({408, 409, 425, 429})  # and all from 500 on


class NotThereError(PlatformRefusedError):
    """It knows nothing under this name."""


class NotTakenError(PlatformRefusedError):
    """It does not take the request as it is."""


class UnreadableError(PlatformAwayError):
    """What it answered is not what it should be. Another time it may be."""

    def __init__(self, doing: str, why: str) -> None:
        super().__init__(f"The platform {PLATFORM} was asked to {doing}, and its answer cannot be read: {why}.")


@contextmanager
def told_apart(doing: str, *, quoting: bool = True) -> Iterator[None]:
    """Raises PlatformAwayError, PlatformRefusedError or NotThereError for what its client raises.

    `doing`: what it was asked to do, such as "cancel the run ftjob-1". `quoting`: off where it might quote what people
    wrote, out of a file that it has just read.
    """
    from openai import APIConnectionError, APIStatusError, APITimeoutError  # 1.5 s: whoever tunes elsewhere is spared

    try:
        yield
    except (TimeoutError, APITimeoutError):
        raise PlatformAwayError(f"The platform {PLATFORM} took too long when it was asked to {doing}.") from None
    except (APIConnectionError, httpx2.HTTPError) as error:
        why = type(error.__cause__ or error).__name__
        raise PlatformAwayError(
            f"The platform {PLATFORM} was asked to {doing}, and the connection failed ({why})."
        ) from None
    except APIStatusError as error:
        raise of_status(doing, error, quoting=quoting) from None


def of_status(doing: str, error: "APIStatusError", *, quoting: bool) -> PlatformAwayError | PlatformRefusedError:
    status = error.status_code
    if status == 401:
        return PlatformRefusedError(
            f"The platform {PLATFORM} does not take the key that {KEY_SETTING} names (status 401): put the right one "
            "there."
        )
    words = _words(error, quoting=quoting)
    if status in LATER or status >= 500:
        headers = {name.lower(): value for name, value in error.response.headers.raw}
        return PlatformAwayError(
            f"The platform {PLATFORM} could not {doing} just now (status {status}){words}",
            retry_after_s=retry_after(headers) or 0.0,
        )
    kind = {400: NotTakenError, 404: NotThereError, 422: NotTakenError}.get(status, PlatformRefusedError)
    return kind(f"The platform {PLATFORM} refused to {doing} (status {status}){words}")


def _words(error: "APIStatusError", *, quoting: bool) -> str:
    """What it said, in short, without the key."""
    said = said_in(error.response.content)
    words = "" if said is None else said.message if quoting else said.code or said.type
    key = error.request.headers.get("Authorization", "").removeprefix("Bearer ")
    if key:
        words = words.replace(key, "…")
    words = " ".join(words.split())
    return f": {words[:MOST_WORDS].rstrip('.')}." if words else "."
