"""What a shape that callers speak must be able to say. One folder or file a shape beside this; all of them pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ratchet_common.events import Usage
from ratchet_providers.base import Piece
from ratchet_router.too_long import TooLong


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer, for the caller. `status`: HTTP's, where nothing has been sent yet.

    `code` is stable: one of ours (kebab-case), or the provider's own. `message` is a sentence. `too_long`: by how much,
    where we have refused it for that.
    """

    status: int
    code: str
    message: str
    param: str | None = None
    retry_after_s: float | None = None
    too_long: TooLong | None = None


class Frames(Protocol):
    """One streamed answer on its way to a caller: pieces in, server-sent events out. One object a stream.

    A piece in the caller's own shape (`piece.shape`) goes out as it came (`event`, `data`); one in the chat shape
    (`piece.chunk`) is put into the caller's. The caller of these withholds the end until the answer is recorded.
    """

    def said(self, pieces: Sequence[Piece]) -> bytes:
        """What these add; nothing where they add nothing, such as a count of tokens that was not asked for."""

    def ended(self, usage: Usage, about: bytes) -> bytes:
        """What closes a whole answer. `about`: JSON of what Ratchet says of it, as a comment, which clients ignore."""

    def failed(self, failure: Failure) -> bytes:
        """What tells the caller that this is no whole answer, in the way that his client raises as an error."""
