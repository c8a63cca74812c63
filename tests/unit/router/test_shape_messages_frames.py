"""Pieces of answers as the official client of Anthropic's hears them."""

import anthropic
import httpx2
import pytest

from ratchet_common.events import Usage
from ratchet_providers.anthropic.as_chat import AsChat
from ratchet_providers.base import Piece
from ratchet_providers.chat_shape import (
    Chunk,
)
from ratchet_providers.sse import Events
from tests.unit.providers.anthropic_rig import events_of, message, sse, text
from tests.unit.router.messages_heard import DOWN, HIDDEN, SIGNED, USAGE, bit, call, frames, heard, own, streamed


def test_thoughts_come_before_words_and_are_closed_by_their_signatures() -> None:
    pieces = [
        bit(role="assistant", content=""),
        bit(reasoning_content="h"),
        bit(reasoning_content="m"),
        bit(thinking_blocks=[SIGNED]),
        bit(content="So"),
        bit(reasoning="more"),
        bit(content="there"),
        bit(finish="stop"),
    ]
    unsigned = {"type": "thinking", "thinking": "more", "signature": ""}
    assert streamed(pieces)["content"] == [SIGNED, text("So"), unsigned, text("there")]


def test_bits_of_thoughts_as_other_gateways_send_them() -> None:
    pieces = [
        bit(reasoning_content="h", thinking_blocks=[{"type": "thinking", "thinking": "h"}]),
        bit(reasoning_content="m", thinking_blocks=[{"type": "thinking", "thinking": "m"}]),
        bit(thinking_blocks=[{"type": "thinking", "thinking": "", "signature": "S"}]),
        bit(content="So", finish="stop"),
    ]
    assert streamed(pieces)["content"] == [SIGNED, text("So")]


def test_calls_that_come_at_once_interleaved_or_under_one_number() -> None:
    both = [call(0, "", "a", "f"), call(1, "", "b", "g")]
    pieces = [bit(tool_calls=both), bit(tool_calls=[call(0, '{"x":1}')]), bit(tool_calls=[call(1, '{"y":2}')])]
    found = [{"id": "a", "input": {"x": 1}}, {"id": "b", "input": {"y": 2}}]
    assert [{"id": b["id"], "input": b["input"]} for b in streamed(pieces)["content"]] == found
    pieces = [bit(tool_calls=[call(0, '{"x":1}', "a", "f")]), bit(tool_calls=[call(0, '{"y":2}', "b", "g")])]
    assert [{"id": b["id"], "input": b["input"]} for b in streamed(pieces)["content"]] == found


def test_other_choices_and_counts_add_nothing() -> None:
    out = frames()
    assert out.said([bit(index=1, content="other"), Piece(chunk=Chunk(), usage=USAGE)]) == b""


def test_anthropics_own_events_go_out_as_they_came_and_the_end_waits() -> None:
    out, pieces = frames(), own(text("On Monday."))
    wire = sse(events_of(message(text("On Monday."))))
    shown = out.said(pieces)
    assert b"message_delta" not in shown
    assert wire.startswith(shown)
    assert shown + out.ended(USAGE, b"") == wire
    assert heard(shown + b": about\n\n" + wire[len(shown) :]).stop_reason == "end_turn"


def test_a_block_that_does_not_say_what_it_is_goes_by() -> None:
    data = b'{"type":"content_block_start","index":0,"content_block":null}'
    odd = Piece(shape="messages", event="content_block_start", data=data, shows=True)
    assert data in frames().said([odd])


def test_data_of_several_lines_is_one_event() -> None:
    line = b'{"type": "content_block_delta",\n"index": 0}'
    out = frames().said([Piece(shape="messages", event="content_block_delta", data=line, shows=True)])
    assert [event.data for event in Events().feed(out)] == [line]


def test_an_end_without_an_end_mark_gets_one() -> None:
    out, pieces = frames(), own(text("On Monday."))[:-1]
    assert heard(out.said(pieces) + out.ended(USAGE, b"")).stop_reason == "end_turn"
    out = frames()
    assert (out.said(pieces) + out.ended(USAGE, b"")).endswith(b'data: {"type":"message_stop"}\n\n')


@pytest.mark.parametrize(("cut", "content"), [(4, "On Monday."), (3, "Monday."), (1, "Monday.")])
def test_a_chat_goes_on_with_what_anthropic_began(cut: int, content: str) -> None:
    out = frames()
    rest = AsChat(by_tool=False, so_far="On ", created=7).pieces(
        Events().feed(sse(events_of(message(text("Monday.")))))
    )
    stream = out.said(own(text("On Tuesday."))[:cut]) + out.said(rest) + out.ended(USAGE, b"")
    found = heard(stream)
    assert [block.to_dict() for block in found.content] == [text(content)]
    assert (found.stop_reason, found.usage.output_tokens) == ("end_turn", 9)


OWN = own({"type": "thinking", "thinking": "", "signature": "S"}, text("On Monday."))
CHATS = [bit(role="assistant", content=""), bit(thinking_blocks=[HIDDEN]), bit(content="On Monday.", finish="stop")]


@pytest.mark.parametrize("first", [OWN[:6], CHATS[:2]], ids=["own", "chat"])
@pytest.mark.parametrize("second", [OWN, CHATS], ids=["own", "chat"])
def test_what_broke_off_before_it_showed_anything_is_not_heard(first: list[Piece], second: list[Piece]) -> None:
    alone, both = frames(), frames()
    heard_alone = heard(alone.said(second) + alone.ended(USAGE, b""))
    assert both.said(first) == b""
    assert heard(both.said(second) + both.ended(USAGE, b"")) == heard_alone
    assert [block.type for block in heard_alone.content][1:] == ["text"]


def test_nothing_at_all_is_an_empty_message() -> None:
    assert heard(frames().ended(Usage(), b"")).content == []


def test_a_failure_is_an_error_for_the_client() -> None:
    out = frames()
    with pytest.raises(anthropic.APIStatusError) as raised:
        heard(out.said([bit(content="On ")]) + out.failed(DOWN))
    assert (raised.value.type, raised.value.api_message) == ("overloaded_error", DOWN.message)
    assert raised.value.error_code == "providers-down"
    with pytest.raises(anthropic.APIStatusError):
        heard(frames().failed(DOWN))


async def test_the_asynchronous_client_hears_the_same() -> None:
    out = frames()
    stream = out.said([bit(content="On "), bit(content="Monday.", finish="stop")]) + out.ended(USAGE, b"{}")
    answer = httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=stream)
    transport = httpx2.MockTransport(lambda _: answer)
    async with (
        httpx2.AsyncClient(transport=transport) as http,
        anthropic.AsyncAnthropic(api_key="k", http_client=http) as client,
        client.messages.stream(
            model="m", max_tokens=9, messages=[anthropic.types.UserMessageParam(role="user", content="When?")]
        ) as streaming,
    ):
        assert [word async for word in streaming.text_stream] == ["On ", "Monday."]
        assert (await streaming.get_final_message()).usage.input_tokens == 50
