"""Servers of OpenAI's shape that say things a little differently, as OpenAI's client hears them through the router.

Each oddity has been seen: in Ollama, vLLM, SGLang, llama.cpp, Azure, Mistral, Google's endpoint, or gateways.
"""

import json
from collections.abc import Sequence
from typing import Any

import httpx2
import msgspec
import openai
import pytest
from openai.types.chat import ParsedChatCompletion

from ratchet_common.events import Usage
from ratchet_providers.base import Piece, ProviderError
from ratchet_providers.chat_answer import understood
from ratchet_providers.replay import of_body
from ratchet_router.shapes.chat import ChatFrames
from ratchet_router.withholding import Withholding
from tests.unit.providers.test_streams import END, HEAD, all_of, asked, chunked, provider, sse

FRAME = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
NO_FRAME: dict[str, Any] = {}
LATER = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}}


def chunk(delta: Any, finish: Any = None, *, frame: dict[str, Any] = FRAME, index: int = 0, **how: Any) -> Any:
    return {**frame, "choices": [{"index": index, "delta": delta, "finish_reason": finish}], **how}


def said(*parts: str, **how: Any) -> list[Any]:
    return [chunk({"content": part}, **how) for part in parts]


async def pieces_of(stream: bytes) -> list[Piece]:
    async with provider(HEAD, chunked(stream), END) as (openai_shaped, _):
        return await all_of(openai_shaped)


async def heard(pieces: Sequence[Piece]) -> ParsedChatCompletion[None]:
    """What OpenAI's own client makes of them. The end is withheld as the router does."""
    frames, withholding = ChatFrames("chatcmpl-1", "model", 7, usage_asked=False), Withholding()
    body = frames.said(withholding.passing(pieces)) + frames.said(withholding.held)
    body += frames.ended(Usage(input_tokens=1, output_tokens=1), b"{}")
    answer = httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=body)
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: answer)) as http:
        client = openai.AsyncOpenAI(base_url="http://ratchet/v1", api_key="k", http_client=http, max_retries=0)
        async with client.chat.completions.stream(model="m", messages=[{"role": "user", "content": "When?"}]) as it:
            return await it.get_final_completion()


ON_MONDAY = [
    [*said("On ", "Monday."), chunk({}, "stop"), LATER],
    [*said("On ", "Monday.", frame=NO_FRAME), chunk({}, "stop", frame=NO_FRAME)],
    [*said("On ", "Monday.", frame={"id": None, "object": None, "created": None, "model": None}), chunk({}, "stop")],
    [*said("On ", "Monday.", frame=FRAME | {"created": 1.5, "id": 7}), chunk({}, "stop")],
    [chunk({"content": "On "}, frame=FRAME | {"id": "a"}), chunk({"content": "Monday."}, "stop")],
    [*said("On ", "Monday.", finish=""), chunk({}, "stop")],
    [chunk({"role": "assistant", "content": text}) for text in ("On ", "Monday.")]
    + [chunk({"role": "assistant", "content": ""}, "stop")],
    [chunk({"role": None, "content": text, "tool_calls": None}) for text in ("On ", "Monday.")] + [chunk({}, "stop")],
    [*said("On ", "Monday."), chunk(None), chunk(None, "stop")],
    [*said("On ", "Monday."), chunk({"content": None}), chunk({"content": None}, "stop", usage=LATER["usage"])],
    [{**FRAME, "choices": [], "prompt_filter_results": []}, *said("On ", "Monday."), chunk({}, "stop")],
    [{**FRAME, "choices": None}, *said("On ", "Monday.", usage=None), chunk({}, "stop")],
    [{**FRAME, "choices": [{"delta": {"content": text}}]} for text in ("On ", "Monday.")] + [chunk({}, "stop")],
    [*said("On ", "Monday."), chunk({}, "stop", usage={"prompt_tokens": 12.0, "completion_tokens": 2.0})],
    [*said("On ", "Monday."), chunk({}, "stop"), chunk({}, "stop"), {}],
    [*said("On ", "Monday."), chunk({}, "stop"), {**FRAME, "choices": [], "usage": {}}],
    [chunk({"content": [{"type": "text", "text": "On "}]}), *said("Monday."), chunk({}, "stop")],
]


async def test_an_event_that_is_written_in_several_lines_stays_one() -> None:
    lines = [json.dumps(event, indent=1).replace("\n", "\ndata: ").encode() for event in ON_MONDAY[0]]
    completion = await heard(await pieces_of(sse(*lines, b"[DONE]")))
    assert completion.choices[0].message.content == "On Monday."
    assert completion.choices[0].finish_reason == "stop"


@pytest.mark.parametrize("events", ON_MONDAY)
async def test_an_odd_stream_is_heard_as_what_it_means(events: list[Any]) -> None:
    for stream in (sse(*events, b"[DONE]"), sse(*events), sse(*events, b"[DONE] ").replace(b"data: ", b"data:")):
        pieces = await pieces_of(stream)
        completion = await heard(pieces)
        message = completion.choices[0].message
        assert (message.content, completion.choices[0].finish_reason) == ("On Monday.", "stop")
        assert message.role == ("assistant" if '"role":"assistant"' in msgspec.json.encode(events).decode() else None)
        assert "".join(piece.text for piece in pieces) == "On Monday."


async def test_keep_alives_and_carriage_returns_stand_between_nothing() -> None:
    stream = b": waiting\r\n\r\n" + sse(*ON_MONDAY[0], b"[DONE]").replace(b"\n\n", b"\r\n\r\n: still there\r\n\r\n")
    assert (await heard(await pieces_of(stream))).choices[0].message.content == "On Monday."


async def test_counts_in_floats_are_counts() -> None:
    used = {"prompt_tokens": 12.0, "completion_tokens": 3.0, "prompt_tokens_details": {"cached_tokens": 4.0}}
    pieces = await pieces_of(sse(chunk({"content": "Yes."}, "stop", usage=used), b"[DONE]"))
    assert pieces[-1].usage == Usage(input_tokens=12, output_tokens=3, cached_tokens=4)
    body = {"choices": [{"message": {"content": "Yes."}, "finish_reason": "stop"}], "usage": used}
    assert understood(msgspec.json.encode(body), asked()).usage == pieces[-1].usage


@pytest.mark.parametrize("asked_for", [True, False])
async def test_counts_beside_words_are_for_those_who_asked_for_them(asked_for: bool) -> None:
    pieces = await pieces_of(sse(*said("Yes.", usage=LATER["usage"], ours=1), chunk({}, "stop"), b"[DONE]"))
    frames = ChatFrames("chatcmpl-1", "model", 7, usage_asked=asked_for)
    first, last = (json.loads(line[6:]) for line in frames.said(pieces).split(b"\n\n") if line)
    assert (first["choices"][0]["delta"]["content"], first["ours"]) == ("Yes.", 1)
    assert ("usage" in first, last["choices"][0]["finish_reason"]) == (asked_for, "stop")


async def test_a_chunk_without_a_choice_is_for_those_who_asked_for_counts() -> None:
    """Many clients look at the first choice of each."""
    empty = [{**FRAME, "choices": [], "usage": None}, {**FRAME, "choices": []}]
    pieces = await pieces_of(sse(empty[1], *said("Yes."), chunk({}, "stop"), empty[0], LATER, b"[DONE]"))
    lines = ChatFrames("chatcmpl-1", "model", 7, usage_asked=False).said(pieces).split(b"\n\n")
    assert all(json.loads(line[6:])["choices"] for line in lines if line)
    told = {**FRAME, "choices": [], "prompt_filter_results": [1]}
    filtered = await pieces_of(sse(told, *said("Yes."), chunk({}, "stop"), b"[DONE]"))
    assert b"prompt_filter_results" in ChatFrames("chatcmpl-1", "model", 7, usage_asked=False).said(filtered)


async def test_what_no_client_knows_passes_through_what_is_mended() -> None:
    (piece,) = await pieces_of(sse(chunk({"role": "assistant", "content": "a"}, "stop", frame={}, ours=[1]), b"[DONE]"))
    assert b'"ours":[1]' in ChatFrames("chatcmpl-1", "model", 7, usage_asked=False).said([piece])


def call(**how: Any) -> dict[str, Any]:
    function = {name: how.pop(name) for name in ("name", "arguments") if name in how}
    return how | {"function": function}


WEATHER, TIME = {"arguments": '{"of": "Bern"}', "name": "weather"}, {"arguments": "{}", "name": "time"}
HALVES = ('{"of": ', '"Bern"}')
TWO_CALLS = [
    [[call(index=0, id="a", type="function", **WEATHER)], [call(index=1, id="b", type="function", **TIME)]],
    [[call(id="a", **WEATHER), call(id="b", **TIME)]],  # no numbers
    [[call(id="a", **WEATHER)], [call(id="b", **TIME)]],
    [[call(index=0, id="a", **WEATHER)], [call(index=0, id="b", **TIME)]],  # one number for all
    [[call(index=None, id=None, type=None, **WEATHER)], [call(index=None, id="", **TIME)]],  # neither
    [[call(index=0, **WEATHER)], [call(index=1, **TIME)]],  # no ids
    [[call(index=1, id="a", **WEATHER)], [call(index=2, id="b", **TIME)]],  # counted from one
    [
        [call(index=0, id="a", name="weather", arguments="")],
        [call(index=0, id="a", name="weather", arguments=HALVES[0])],  # all of it said again
        [call(index=0, id="a", name="weather", arguments=HALVES[1])],
        [call(index=1, id="b", **TIME)],
    ],
    [
        [call(id="a", name="weather", arguments="")],
        [call(arguments=HALVES[0])],  # the one that began last
        [call(index=None, id=None, name=None, arguments=HALVES[1])],
        [call(id="b", **TIME)],
    ],
    [[call(index=0, id="a", name="weather", arguments={"of": "Bern"})], [call(index=1, id="b", **TIME)]],  # no text
]


@pytest.mark.parametrize("deltas", TWO_CALLS)
async def test_odd_calls_of_tools_are_heard_as_what_they_mean(deltas: list[list[dict[str, Any]]]) -> None:
    events = [chunk({"role": "assistant", "content": None})]
    events += [chunk({"tool_calls": calls}) for calls in deltas]
    completion = await heard(await pieces_of(sse(*events, chunk({}, "tool_calls"), b"[DONE]")))
    calls = completion.choices[0].message.tool_calls or []
    assert completion.choices[0].message.role == "assistant"
    assert [one.function.name for one in calls] == ["weather", "time"]
    assert [msgspec.json.decode(one.function.arguments) for one in calls] == [{"of": "Bern"}, {}]
    assert len({one.id for one in calls} - {"", None}) == 2
    assert [one.id in ("a", "b") for one in calls] == ["id" in str(deltas[-1]) and bool(deltas[-1][-1].get("id"))] * 2


async def test_thoughts_as_parts_are_thoughts() -> None:
    thinking = [{"type": "thinking", "thinking": [{"type": "text", "text": "Let me see."}]}]
    pieces = await pieces_of(sse(chunk({"content": thinking}), *said("Yes.", finish="stop"), b"[DONE]"))
    assert pieces[0].chunk is not None
    assert (pieces[0].chunk.choices[0].delta.reasoning_content, pieces[0].text) == ("Let me see.", "")
    assert pieces[0].shows


def whole(message: dict[str, Any], **how: Any) -> bytes:
    return msgspec.json.encode({"choices": [{"message": message, "finish_reason": "stop"}], **how})


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"id": None, "object": None, "created": None, "model": None},
        {"object": "chat.completion.chunk", "created": 1.5, "usage": None},
        {"usage": {"prompt_tokens": None}},
    ],
)
async def test_an_odd_whole_answer_is_one_and_can_be_replayed(how: dict[str, Any]) -> None:
    answer = understood(whole({"content": "On Monday.", "tool_calls": None}, **how), asked())
    assert (answer.output, answer.usage.estimated) == ("On Monday.", True)
    assert answer.body is not None
    completion = await heard(of_body(answer.body, answer.usage))
    assert completion.choices[0].message.content == "On Monday."


async def test_odd_calls_in_a_whole_answer_are_put_right() -> None:
    calls = [call(id="", name="weather", arguments={"of": "Bern"}), call(**TIME)]
    answer = understood(whole({"content": None, "tool_calls": calls}), asked())
    assert answer.body is not None
    completion = await heard(of_body(answer.body, answer.usage))
    found = completion.choices[0].message.tool_calls or []
    assert [(one.function.name, msgspec.json.decode(one.function.arguments)) for one in found] == [
        ("weather", {"of": "Bern"}),
        ("time", {}),
    ]
    assert all(one.id and one.type == "function" for one in found)
    assert found[0].id != found[1].id


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error": {"message": "slow down", "code": 429}}, "rate_limited"),
        ({"error": {"message": "gone", "code": 502}}, "unavailable"),
        ({"choices": [], "error": None}, "malformed"),
        ({"choices": [{"message": None}]}, "malformed"),
        ({"choices": [{"message": {"content": [7]}}], "usage": 1}, "malformed"),
        ({"choices": [7]}, "malformed"),
    ],
)
def test_what_stands_in_place_of_an_answer_is_none(body: Any, kind: str) -> None:
    with pytest.raises(ProviderError) as failed:
        understood(msgspec.json.encode(body), asked())
    assert failed.value.kind == kind


@pytest.mark.parametrize(
    "odd",
    [
        {"choices": 7},
        {"choices": [7]},
        {"choices": [{"index": 0, "delta": 7}]},
        {"choices": [{"index": "0", "delta": {}}]},
        {"choices": [{"index": 0, "delta": {"tool_calls": [7]}}]},
        {"choices": [{"index": 0, "delta": {"tool_calls": 7}}]},
        {"choices": [{"index": 0, "delta": {"content": {"text": "x"}}}]},
        {"choices": [], "usage": "12"},
        [],
        7,
    ],
)
async def test_what_has_no_meaning_is_malformed(odd: Any) -> None:
    with pytest.raises(ProviderError) as failed:
        await pieces_of(sse(*said("On "), odd, chunk({}, "stop"), b"[DONE]"))
    assert failed.value.kind == "malformed"
