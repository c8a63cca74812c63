"""Streams in the shape that their caller speaks, which break off: gone on with or ended in an error."""

from collections.abc import Mapping
from typing import Any

import anthropic
import msgspec
import pytest

from ratchet_providers.base import Native, Piece, ProviderError, Shape
from ratchet_router.ask import Ask
from ratchet_router.shapes.messages.frames import MessagesFrames
from ratchet_router.shapes.responses.frames import ResponsesFrames
from ratchet_router.shapes.responses.response import Response
from ratchet_router.shapes.shape import Frames
from ratchet_router.stream import opened
from tests.unit.providers.anthropic_rig import text
from tests.unit.router.fakes import World
from tests.unit.router.messages_heard import heard, own
from tests.unit.router.scripted import USED, Scripted
from tests.unit.router.test_stream import CUT, LONG, chat, last, world

REST = "Nothing else is planned until the end of the year, as far as is known to anybody who was there. " * 2
CALL = {"type": "tool_use", "id": "t", "name": "look_up", "input": {}}
THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "S"}
BEGUN: list[Piece] = own(text(LONG))[:-3]  # all but the ends of the block and of the message
FIELDS: Mapping[str, msgspec.Raw] = {"messages": msgspec.Raw(b"[]"), "max_tokens": msgspec.Raw(b"50")}


def asked(shape: Shape = "messages", **how: Any) -> Ask:
    return chat(native=Native(shape=shape, fields=FIELDS), **how)


async def sent(its: World, request: Ask | None = None, frames: Frames | None = None) -> bytes:
    stream = await opened(request or asked(), its.parts)
    out = frames or MessagesFrames(message_id="msg_1", model="m")
    return b"".join([bit async for bit in stream.frames(out, lambda _: b"{}")])


async def test_what_was_begun_in_anthropics_shape_is_gone_on_with_by_a_model_that_can() -> None:
    small = Scripted([[*BEGUN, CUT], [REST, None, USED]])
    its = world(small=small, continues=True)
    message = heard(await sent(its))
    assert [block.to_dict() for block in message.content] == [text(LONG + REST)]
    assert (message.stop_reason, small.asked[1].so_far) == ("end_turn", LONG)
    assert (last(its).outcome, last(its).output) == ("ok", LONG + REST)
    assert [one.error for one in last(its).attempts] == ["cut", ""]


async def test_it_is_given_again_whole() -> None:
    small = Scripted([[*BEGUN, CUT], [REST, None, USED]])
    its = world(small=small, continues=True)
    await sent(its)
    assert [block.to_dict() for block in heard(await sent(its)).content] == [text(LONG + REST)]
    assert len(small.asked) == 2


@pytest.mark.parametrize("how", ["cannot", "another call", "thoughts", "begins anew"])
async def test_what_nobody_can_go_on_with_ends_in_an_error_event(how: str) -> None:
    begun = {
        "another call": [*BEGUN, *_beginning(own(text(LONG), CALL))],
        "thoughts": own(THOUGHT, text(LONG))[:-3],
    }.get(how, BEGUN)
    rest = LONG + REST if how == "begins anew" else REST
    model = Scripted([[*begun, CUT], [rest, None, USED]])
    its = world(small=model, middle=model, large=model, continues=how != "cannot")
    stream = await sent(its)
    with pytest.raises(anthropic.APIStatusError):
        heard(stream)
    assert stream.endswith(b"\n\n")
    assert b"event: error\n" in stream
    assert (b"message_stop" in stream, b"message_delta" in stream) == (False, False)
    assert (last(its).outcome, last(its).output) == ("failed", LONG)


@pytest.mark.parametrize("continues", [True, False])
async def test_a_response_of_openais_own_that_breaks_off_ends_in_an_error_event(continues: bool) -> None:
    model = Scripted(
        [[_event(0, "response.created"), _event(1, "response.output_text.delta", LONG), CUT], [REST, None]]
    )
    its = world(small=model, middle=model, large=model, continues=continues)
    stream = await sent(its, asked("responses"), ResponsesFrames(Response(id="resp_2", created_at=1, model="m")))
    said = [msgspec.json.decode(line[6:]) for line in stream.split(b"\n") if line.startswith(b"data: ")]
    assert [event["type"] for event in said] == ["response.created", "response.output_text.delta", "error"]
    assert [event["sequence_number"] for event in said] == [0, 1, 2]
    assert (last(its).outcome, last(its).output) == ("failed", LONG)


def _beginning(pieces: list[Piece]) -> list[Piece]:
    """Of the second block, with the end of the first."""
    starts = [number for number, piece in enumerate(pieces) if piece.event == "content_block_start"]
    return pieces[starts[1] - 1 : starts[1] + 1]


def _event(number: int, name: str, said: str = "") -> Piece:
    data = msgspec.json.encode({"type": name, "sequence_number": number, "delta": said})
    return Piece(shape="responses", event=name, data=data, text=said, shows=bool(said))


async def test_before_anything_was_shown_another_call_begins_anew() -> None:
    its = world(small=Scripted([[*BEGUN[:2], ProviderError("cut")], [*own(text("On Monday."))]]))
    message = heard(await sent(its))
    assert [block.to_dict() for block in message.content] == [text("On Monday.")]
