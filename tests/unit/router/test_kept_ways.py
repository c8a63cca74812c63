"""An answer that was kept in the caller's own shape is given whole and as a stream, whichever of them it was."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from ratchet_providers.base import ModelAnswer, ModelRequest, Native, Piece, Shape
from ratchet_router.answer import answer
from ratchet_router.api.messages import message_body
from ratchet_router.ask import Ask
from ratchet_router.shapes.messages import again as messages
from ratchet_router.shapes.messages.frames import MessagesFrames
from ratchet_router.shapes.responses import again as responses
from ratchet_router.shapes.responses.frames import ResponsesFrames
from ratchet_router.stream import opened
from tests.unit.providers.anthropic_rig import events_of, message, text
from tests.unit.router.fakes import World
from tests.unit.router.messages_heard import heard, own
from tests.unit.router.responses.said import EVENTS, as_json, begins, events_in, followed
from tests.unit.router.scripted import USED, Scripted
from tests.unit.router.test_stream import chat, here, world

CALL = {"type": "tool_use", "id": "t", "name": "look_up", "input": {"of": "Monday"}}
NOTHING = {"type": "tool_use", "id": "t", "name": "look_up", "input": {}}
THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "S"}
HIDDEN = {"type": "redacted_thinking", "data": "D"}
FOUND = {"type": "web_search_tool_result", "tool_use_id": "t", "content": [{"type": "web_search_result", "url": "u"}]}
CITED = {"type": "text", "text": "On Monday.", "citations": [{"type": "char_location", "cited_text": "Monday"}]}
SAID: list[dict[str, Any]] = [
    message(text("On Monday.")),
    message(THOUGHT, text("I look."), CALL, stop="tool_use"),
    message(HIDDEN, NOTHING, stop="tool_use"),
    message(FOUND, text("There."), usage={"input_tokens": 9, "output_tokens": 2, "cache_read_input_tokens": 4}),
]
FIELDS: Mapping[str, msgspec.Raw] = {"messages": msgspec.Raw(b"[]"), "max_tokens": msgspec.Raw(b"50")}


def asked(shape: Shape = "messages", **how: Any) -> Ask:
    return chat(native=Native(shape=shape, fields=FIELDS), **how)


def raw(whole: Mapping[str, Any]) -> dict[str, msgspec.Raw]:
    return {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in whole.items()}


def plain(body: Mapping[str, msgspec.Raw] | None) -> Any:
    assert body is not None
    return json.loads(msgspec.json.encode(body))


@pytest.mark.parametrize("said", SAID)
def test_anthropics_events_amount_to_its_message(said: dict[str, Any]) -> None:
    events = [(event["type"], msgspec.Raw(msgspec.json.encode(event))) for event in events_of(said)]
    assert plain(messages.body_of(events)) == said


@pytest.mark.parametrize("said", [*SAID, message(CITED)])
def test_a_message_streams_as_its_client_expects_and_is_whole_again(said: dict[str, Any]) -> None:
    events = messages.events_of(raw(said))
    assert plain(messages.body_of(events)) == said
    stream = b"".join(b"event: %b\ndata: %b\n\n" % (name.encode(), bytes(data)) for name, data in events)
    assert heard(stream).model_dump(exclude_none=True)["content"] == [
        {name: value for name, value in block.items() if value is not None} for block in said["content"]
    ]


def test_what_adds_something_unknown_is_not_made_whole() -> None:
    unknown = {"type": "content_block_delta", "index": 0, "delta": {"type": "sound_delta", "sound": "x"}}
    events = [*events_of(message(text("x")))[:3], unknown]
    assert messages.body_of([(e["type"], msgspec.Raw(msgspec.json.encode(e))) for e in events]) is None


ITEMS: list[dict[str, Any]] = [
    {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "q"}},
    {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}]},
    {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "completed",
        "content": [
            {
                "type": "output_text",
                "text": "On Monday.",
                "annotations": [{"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 2}],
                "logprobs": [],
            }
        ],
    },
    {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": '{"x":1}', "status": "completed"},
    {"type": "custom_tool_call", "id": "ctc_1", "call_id": "d", "name": "code", "input": "print(1)"},
]


def test_a_response_streams_as_its_client_expects_and_is_whole_again() -> None:
    said = as_json(begins()) | {"status": "completed", "output": ITEMS, "completed_at": 7}
    events = responses.events_of(raw(said))
    assert plain(responses.body_of(events)) == said
    stream = b"".join(b"event: %b\ndata: %b\n\n" % (name.encode(), bytes(data)) for name, data in events)
    state, _ = followed(stream)
    assert [event["sequence_number"] for event in map(json.loads, (bytes(data) for _, data in events))] == list(
        range(len(events))
    )
    assert EVENTS.validate_json(bytes(events[-1][1])).response.output[2].content[0].text == "On Monday."
    assert state is not None


class AnswersWhole(Scripted):
    """In Anthropic's own shape."""

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        self.asked.append(request)
        body = raw(message(THOUGHT, text("On Monday.")))
        return ModelAnswer(output="On Monday.", usage=USED, model=request.model, body=body, shape="messages")


async def sent(its: World) -> bytes:
    stream = await opened(asked(), its.parts)
    out = MessagesFrames(message_id="msg_1", model="m")
    return b"".join([bit async for bit in stream.frames(out, lambda _: b"{}")])


async def test_what_came_whole_is_given_as_a_stream_without_a_call() -> None:
    small = AnswersWhole([[]])
    its = world(small=small)
    await answer(asked(stream=False), its.parts, here)
    assert [block.to_dict() for block in heard(await sent(its)).content] == [THOUGHT, text("On Monday.")]
    assert len(small.asked) == 1


async def test_what_came_as_a_stream_is_given_whole_without_a_call() -> None:
    small = Scripted([own(THOUGHT, text("On Monday."))])
    its = world(small=small)
    await sent(its)
    whole = json.loads(message_body(await answer(asked(stream=False), its.parts, here)))
    assert whole["content"] == [THOUGHT, text("On Monday.")]
    assert (whole["stop_reason"], whole["ratchet"]["cached"], len(small.asked)) == ("end_turn", True, 1)


def of_its_own(**said: Any) -> Any:
    words = {"type": "output_text", "text": "On Monday.", "annotations": [], "logprobs": []}
    message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [words]}
    return as_json(begins()) | {"id": "resp_theirs", "status": "completed", "output": [message], "user": "Ann"} | said


class SpeaksResponses(Scripted):
    async def answer(self, request: ModelRequest) -> ModelAnswer:
        self.asked.append(request)
        body = raw(of_its_own(metadata={"of": "Ann"}))
        return ModelAnswer(output="On Monday.", usage=USED, model=request.model, body=body, shape="responses")


def streaming_responses() -> Scripted:
    *most, (name, end) = responses.events_of(raw(of_its_own(metadata={"of": "Ann"})))
    begun = [
        Piece(
            shape="responses", event=event, data=bytes(data), text=json.loads(bytes(data)).get("delta", ""), shows=True
        )
        for event, data in most
    ]
    return Scripted([[*begun, Piece(shape="responses", event=name, data=bytes(end), finish="stop", usage=USED)]])


def of_bob(*, stream: bool) -> Ask:
    own = raw({"metadata": {"of": "Bob"}, "safety_identifier": "b"})
    return chat(stream=stream, native=Native(shape="responses", fields={**FIELDS, **own}))


async def response_to(ask: Ask, its: World) -> Any:
    if not ask.stream:
        return plain((await answer(ask, its.parts, here)).body)
    frames = ResponsesFrames(begins())
    stream = await opened(ask, its.parts)
    sent = b"".join([bit async for bit in stream.frames(frames, lambda _: b"{}")])
    named = {event["response"]["id"] for event in events_in(sent) if "response" in event}
    whole = json.loads(frames.response)
    assert named == {whole["id"]}
    return whole


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("streamed_before", [False, True])
async def test_a_kept_response_has_a_name_of_its_own_and_says_what_is_its_requests_own(
    *, streamed_before: bool, streams: bool
) -> None:
    small = streaming_responses() if streamed_before else SpeaksResponses([[]])
    its = world(small=small)
    first = await response_to(asked("responses", stream=streamed_before), its)
    assert (first["id"], first["metadata"], first["user"]) == ("resp_theirs", {"of": "Ann"}, "Ann")
    second, third = [await response_to(of_bob(stream=streams), its) for _ in range(2)]
    assert len(small.asked) == 1
    assert len({first["id"], second["id"], third["id"]}) == 3
    assert (second["metadata"], second["user"], second["safety_identifier"]) == ({"of": "Bob"}, None, "b")
    assert second["output"] == first["output"]


@pytest.mark.parametrize("shape", ["messages", "responses"])
async def test_what_was_translated_is_given_both_ways_without_a_call(shape: Shape) -> None:
    for first_streams in (True, False):
        small = Scripted([["On ", "Monday.", None, USED]])
        its = world(small=small)
        for streams in (first_streams, not first_streams):
            if streams:
                stream = await opened(asked(shape), its.parts)
                async for _ in stream.frames(MessagesFrames(message_id="msg_1", model="m"), lambda _: b"{}"):
                    pass
            else:
                assert (await answer(asked(shape, stream=False), its.parts, here)).output == "On Monday."
        assert len(small.asked) == 1


async def test_events_of_a_kind_that_is_not_known_are_given_as_they_came_and_asked_for_anew_whole() -> None:
    odd = Piece(shape="messages", event="sound", data=b'{"type":"sound"}')
    small = Scripted([[odd, *own(text("On Monday."))]])
    its = world(small=small)
    await sent(its)
    await sent(its)
    assert len(small.asked) == 1
    await answer(asked(stream=False), its.parts, here)
    assert len(small.asked) == 2
