"""Why an answer ended, in Anthropic's words: a stop sequence is told, whole and streamed, where it is known."""

from typing import Any

import msgspec
import pytest

from ratchet_providers.base import Piece
from ratchet_providers.chat_shape import UNKNOWN, Chunk, ChunkChoice, Completion, Delta
from tests.unit.router.messages_heard import call, calls, completion, streamed, whole

LOOKING = [call(0, "{}", "a", "look")]


def ended(stop: Any, **said: Any) -> Completion:
    whole = completion(content="Well", **said)
    choices = [msgspec.structs.replace(choice, stop_reason=stop) for choice in whole.choices]
    return msgspec.structs.replace(whole, choices=choices)


def pieces(stop: Any, delta: Delta) -> list[Piece]:
    """The reason comes first, as some say it, and the end once more."""
    choices = [ChunkChoice(delta=delta, finish_reason="stop", stop_reason=stop), ChunkChoice(stop_reason=None)]
    return [Piece(chunk=Chunk(choices=[choice]), finish=choice.finish_reason or "") for choice in choices]


@pytest.mark.parametrize(
    ("stop", "reason", "sequence"),
    [
        ("END", "stop_sequence", "END"),
        ("", "stop_sequence", None),  # one of several, and nobody says which
        (None, "end_turn", None),
        (UNKNOWN, "end_turn", None),
        (128_009, "end_turn", None),  # a token, such as the model's own for the end of its turn
    ],
)
def test_a_stop_sequence_is_told(stop: Any, reason: str, sequence: str | None) -> None:
    for found in (whole(ended(stop)), streamed(pieces(stop, Delta(content="Well")))):
        assert (found["stop_reason"], found.get("stop_sequence")) == (reason, sequence)


def test_who_calls_a_tool_stops_for_that() -> None:
    both = (
        whole(ended("END", tool_calls=calls(("a", "look", "{}")))),
        streamed(pieces("END", Delta(tool_calls=LOOKING))),
    )
    assert [found["stop_reason"] for found in both] == ["tool_use", "tool_use"]
