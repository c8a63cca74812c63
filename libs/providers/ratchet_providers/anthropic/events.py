"""A stream of Anthropic's events, understood as it comes: what was counted, why it ended, and if that was its end."""

from typing import Final

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.anthropic.failures import failure_in
from ratchet_providers.anthropic.message import Counts, Happened, counted, later
from ratchet_providers.failing import ProviderError
from ratchet_providers.sse import Event

END: Final = b"[DONE]"  # not Anthropic's, but of some who imitate it
KNOWN: Final = frozenset(
    {
        "message_start",
        "message_delta",
        "message_stop",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
    }
)
_happened = msgspec.json.Decoder(Happened)


class _Kind(msgspec.Struct, frozen=True):
    type: str


_kind = msgspec.json.Decoder(_Kind)


class Hearing:
    """Feed it the events; `ended` says whether there may be an answer."""

    def __init__(self) -> None:
        self.begun = self.done = False  # `begun`: the model is at work, and may think for long before it shows anything
        self.stop_reason = ""
        self.withheld: ProviderError | None = None  # a refusal that left no answer, once whoever listens found it so
        self._counts: Counts | None = None

    @property
    def usage(self) -> Usage | None:
        """Of the whole answer so far."""
        return counted(self._counts)

    def heard(self, event: Event) -> Happened | None:
        """None for what comes too late to matter. What it does not know it lets pass. Raises ProviderError: what the
        stream said was an error, or malformed, and came before the answer's end.
        """
        if self.done or event.data == END:
            return None
        try:
            happened = _read(event.data)
            if happened.type == "error":
                raise failure_in(event.data)
        except ProviderError:
            if not self.stop_reason:
                raise
            self.done = True
            return None
        self._note(happened)
        return happened

    def _note(self, happened: Happened) -> None:
        if happened.type == "message_start" and happened.message is not None:
            self._counts = happened.message.usage
        elif happened.type == "message_delta":
            self._counts = later(self._counts, happened.usage)
            self.stop_reason = (happened.delta and happened.delta.stop_reason) or self.stop_reason
        elif happened.type == "content_block_start":
            self.begun = True
        elif happened.type == "message_stop":
            self.done = True

    def ended(self) -> None:
        """Raises ProviderError unless the answer has ended: said why. A missing end mark alone cuts nothing off, and an
        end mark alone ends nothing.
        """
        if self.withheld is not None:
            raise self.withheld
        if not self.stop_reason:
            raise ProviderError("cut", "the stream ended before the answer did")


def _read(data: bytes) -> Happened:
    try:
        return _happened.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if (kind := _new_kind(data)) is not None:
            return Happened(type=kind)
        raise ProviderError("malformed", f"an event: {type(error).__name__}") from error


def _new_kind(data: bytes) -> str | None:
    """The API may add kinds of events, and what is in those may be called as something else is."""
    try:
        kind = _kind.decode(data).type
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return None if kind in KNOWN else kind
