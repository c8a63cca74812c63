"""A call that failed before it showed anything was never there; what was shown is not shown again by the next one."""

import pytest

from ratchet_common.events import Usage
from ratchet_providers.base import Piece
from ratchet_providers.chat_shape import Chunk, ChunkChoice, Delta
from ratchet_router.stream import opened
from tests.unit.router.scripted import USED, Scripted, end
from tests.unit.router.test_stream import CUT, chat, events, last, streamed, text_of, world


def role(call: str) -> Piece:
    return Piece(chunk=Chunk(id=call, choices=[ChunkChoice(delta=Delta(role="assistant", content=""))]))


def thought(text: str) -> Piece:
    return Piece(chunk=Chunk(id="c", choices=[ChunkChoice(delta=Delta(reasoning_content=text))]), shows=True)


async def test_what_a_failed_call_counted_is_not_billed_to_the_one_that_answers() -> None:
    counted = Usage(input_tokens=777)
    its = world(small=Scripted([[role("a"), counted, CUT], [role("b"), "Yes.", None]]))
    sent = await streamed(its)
    assert (last(its).usage.estimated, last(its).usage.output_tokens) == (True, 1)
    assert last(its).attempts[0].usage == counted
    assert b'"a"' not in sent
    assert sent.count(b"assistant") == 1


async def test_an_end_without_an_answer_that_then_breaks_is_none() -> None:
    its = world(small=Scripted([[role("a"), end(), CUT], [role("b"), "Yes.", None, USED]]))
    sent = await streamed(its)
    assert (text_of(sent), sent.count(b'finish_reason":"stop"')) == ("Yes.", 1)


async def test_events_in_the_callers_own_shape_begin_once() -> None:
    def start(call: bytes) -> Piece:
        return Piece(shape="messages", event="message_start", data=call)

    shows = Piece(shape="messages", event="content_block_delta", data=b'{"t":1}', text="Yes.", shows=True)
    its = world(small=Scripted([[start(b'"a"'), CUT], [start(b'"b"'), shows, None]]))
    stream = await opened(chat(), its.parts)
    assert [piece.data for piece in stream.first] == [b'"b"', b'{"t":1}']


async def test_thoughts_are_nothing_to_go_on_from() -> None:
    thinking = Scripted([[thought("Let me see."), CUT], [thought("Let me see."), "Yes.", None]])
    its = world(small=thinking, continues=True)
    sent = await streamed(its)
    assert sent.count(b"Let me see.") == 1
    assert "error" in events(sent)[-1]


@pytest.mark.parametrize("shown", ["On", "On Mon"])
async def test_little_that_was_shown_is_not_said_twice_either(shown: str) -> None:
    model = Scripted([[shown, CUT], ["On Monday the group meets again. " * 8, None, USED]])
    its = world(small=model, middle=model, large=model, continues=True)
    sent = await streamed(its)
    assert text_of(sent) == shown
    assert "error" in events(sent)[-1]
