"""What a failure at Google means for a job: is it worth trying again? Pure."""

from typing import Final

from ratchet_trainer.platforms.platform import PlatformAwayError, PlatformRefusedError

MOST_WORDS: Final = 500  # characters of Google's own
CREDENTIALS: Final = (
    "Name a service account's key by TRAINER_VERTEX_CREDENTIALS, as file:PATH or env:NAME, or set "
    "GOOGLE_APPLICATION_CREDENTIALS."
)
PERMISSION: Final = (
    "Allow it to the account of TRAINER_VERTEX_CREDENTIALS: the roles are Vertex AI User on the project, and Storage "
    "Object Admin on the bucket."
)
MORE_TO_COME: Final = 308  # Storage's word for a part that has arrived
Failure = PlatformAwayError | PlatformRefusedError


class NotThereError(PlatformRefusedError):
    """Google knows no such thing."""


class ChangedError(PlatformRefusedError):
    """It is not, or no longer, in the state that this needs: look again."""


class UnknownCallerError(PlatformRefusedError):
    """Google does not accept the credentials, or there are none."""


def failure(doing: str, code: int, said: str, *, status: str = "", retry_after: str = "") -> Failure:
    """`doing`: what was asked, as in "create the job a". `code`: of HTTP. `status`: Google's name of it."""
    words = f"Google did not {doing} ({' '.join(filter(None, (str(code), status)))}): {brief(said)}"
    if code in (408, 429) or code >= 500:
        return PlatformAwayError(words, retry_after_s=_seconds(retry_after))
    if code == 401:
        return UnknownCallerError(f"{words} {CREDENTIALS}")
    if code == 403:
        return PlatformRefusedError(f"{words} {PERMISSION}")
    if code == 404:
        return NotThereError(words)
    if code in (409, 412) or status == "FAILED_PRECONDITION":
        return ChangedError(words)
    return PlatformRefusedError(words)


def brief(said: str) -> str:
    """One line, cut, with a stop."""
    words = " ".join(said.split())[:MOST_WORDS]
    return words if words.endswith((".", "!", "?")) else f"{words or 'it did not say why'}."


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0.0
