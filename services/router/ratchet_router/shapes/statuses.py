"""The status of a refusal as OpenAI's and Anthropic's own APIs have it, for their clients to raise what they should."""

from typing import Final

UNPROCESSABLE: Final = 422  # of Ratchet's own API: both say 400 of whatever is wrong with a request
BAD_REQUEST: Final = 400
NAMED_IN_EXTRAS: Final = frozenset({"unknown-template", "unknown-task"})  # no path and no `model` names them


def status_of(status: int, kind: str) -> int:
    """`status` and `kind`: of a refusal, as Ratchet's own API says it."""
    return BAD_REQUEST if status == UNPROCESSABLE or kind in NAMED_IN_EXTRAS else status
