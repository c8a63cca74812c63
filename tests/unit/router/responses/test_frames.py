"""Streams: put together by the official client's own code they are the whole answer."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from ratchet_providers.base import Piece
from ratchet_providers.chat_assembly import ChatAssembly
from ratchet_providers.chat_shape import Completion
from ratchet_router.shapes.responses.frames import ResponsesFrames
from ratchet_router.shapes.responses.whole import as_completion, whole
from ratchet_router.shapes.shape import Failure, Frames
from tests.unit.router.responses.said import (
    EVENTS,
    NOW,
    RESULT,
    USED,
    as_json,
    begins,
    call,
    chunk,
    completion,
    events_in,
    followed,
    framed,
)
from tests.unit.router.responses.streams import Said, answers

SUMMARISED: dict[str, Any] = {"reasoning": {"summary": "auto"}}
BLOCKS = [{"type": "thinking", "thinking": "hm", "signature": "s1g"}]


def kinds(frames: bytes) -> list[str]:
    return [event["type"].removeprefix("response.") for event in events_in(frames)]


def put_together(pieces: list[Piece]) -> Completion:
    """As the gateway keeps a streamed answer."""
    assembly = ChatAssembly()
    for piece in pieces:
        assert piece.chunk is not None
        assembly.add(piece.chunk)
    return as_completion(assembly.body(USED), "", "", model="")


def told(frames: bytes, kind: str, field: str = "delta") -> list[str]:
    return [event[field] for event in events_in(frames) if event["type"] == f"response.{kind}"]


def test_a_call_of_a_custom_tool_is_told_in_openais_order() -> None:
    def bit(said: str, **how: Any) -> Piece:
        return chunk(tool_calls=[{"index": 0, "custom": {"input": said} | how.pop("named", {}), **how}])

    first = bit("", id="a", type="custom", named={"name": "code"})
    frames = framed(begins(), first, bit("print"), bit("(1)"), chunk("tool_calls"))
    assert kinds(frames) == [
        "created",
        "in_progress",
        "output_item.added",
        "custom_tool_call_input.delta",
        "custom_tool_call_input.delta",
        "custom_tool_call_input.done",
        "output_item.done",
        "completed",
    ]
    assert told(frames, "custom_tool_call_input.done", "input") == ["print(1)"]
    (item,) = events_in(frames)[-1]["response"]["output"]
    assert (item["type"], item["call_id"], item["name"], item["input"]) == ("custom_tool_call", "a", "code", "print(1)")
    followed(frames)


def test_a_text_is_told_in_openais_order() -> None:
    frames = framed(begins(), chunk(role="assistant"), chunk(content="On "), chunk("stop", content="Monday."))
    assert kinds(frames) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert [event["sequence_number"] for event in events_in(frames)] == list(range(10))
    assert told(frames, "output_text.done", "text") == ["On Monday."]
    assert b': ratchet {"result_id":"r"}\n\n' in frames


@pytest.mark.parametrize("asked", [{}, SUMMARISED])
@settings(deadline=None, max_examples=150)
@given(said=answers())
def test_any_stream_amounts_to_the_whole_answer(asked: dict[str, Any], said: Said) -> None:
    response = begins(**asked)
    expected = as_json(whole(response, completion(said.finish, **said.message), USED, now=NOW))
    frames = framed(response, *said.pieces)
    state, _ = followed(frames)
    last = events_in(frames)[-1]
    assert last["response"] == expected
    assert as_json(whole(response, put_together(said.pieces), USED, now=NOW)) == expected
    assert last["type"] == f"response.{expected['status']}"
    if state._completed_response is not None:
        assert json.loads(state._completed_response.to_json(exclude_unset=True)) == expected | {
            "output": [item | _parsed(item) for item in expected["output"]]
        }
    done = [event["item"] for event in events_in(frames) if event["type"] == "response.output_item.done"]
    assert done == expected["output"]
    _deltas_amount_to(expected["output"], frames)
    _one_item_at_a_time(frames)


def _parsed(item: dict[str, Any]) -> dict[str, Any]:
    """What the client adds of its own."""
    if item["type"] == "function_call":
        return {"parsed_arguments": None}
    if item["type"] == "message":
        return {
            "content": [part | ({"parsed": None} if part["type"] == "output_text" else {}) for part in item["content"]]
        }
    return {}


def _deltas_amount_to(output: list[dict[str, Any]], frames: bytes) -> None:
    for place, item in enumerate(output):
        own = [event for event in events_in(frames) if event.get("output_index") == place]
        said = {event["type"].removeprefix("response."): "" for event in own if "delta" in event}
        for event in own:
            if "delta" in event:
                said[event["type"].removeprefix("response.")] += event["delta"]
        parts = [*item.get("content", ()), *item.get("summary", ())]
        whole_text = "".join(part.get("text") or part.get("refusal") or "" for part in parts)
        assert "".join(said.values()) == item.get("arguments", whole_text)
        assert all(event.get("item_id", item["id"]) == item["id"] for event in own)


def _one_item_at_a_time(frames: bytes) -> None:
    """Many clients follow one item only."""
    open_now: list[int] = []
    for event in events_in(frames):
        if event["type"] == "response.output_item.added":
            assert not open_now
            open_now.append(event["output_index"])
        elif event["type"] == "response.output_item.done":
            assert open_now.pop() == event["output_index"]
        elif "output_index" in event:
            assert open_now == [event["output_index"]]


def test_reasoning_is_told_where_it_is_looked_for() -> None:
    pieces = [chunk(reasoning_content="h"), chunk(reasoning="m"), chunk(content="So."), chunk("stop")]
    plain, summarised = framed(begins(), *pieces), framed(begins(**SUMMARISED), *pieces)
    assert told(plain, "reasoning_text.delta") == ["h", "m"]
    assert told(summarised, "reasoning_summary_text.delta") == ["h", "m"]
    assert kinds(summarised)[2:8] == [
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
    ]


def test_signed_reasoning_travels_with_its_item() -> None:
    pieces = [chunk(reasoning_content="hm"), chunk(thinking_blocks=BLOCKS), chunk(content="So."), chunk("stop")]
    frames = framed(begins(), *pieces)
    message: dict[str, Any] = {"reasoning_content": "hm", "thinking_blocks": BLOCKS, "content": "So."}
    assert events_in(frames)[-1]["response"] == as_json(whole(begins(), completion(**message), USED, now=NOW))
    assert events_in(frames)[-1]["response"]["output"][0]["encrypted_content"].startswith("ratchet1.")


def test_a_call_is_told_as_it_comes_and_the_next_waits_until_it_is_whole() -> None:
    frames = ResponsesFrames(begins(), clock=lambda: NOW)
    first = frames.said([chunk(tool_calls=[call(0, '{"a":', id="x", name="f")])])
    assert told(first, "function_call_arguments.delta") == ['{"a":']
    assert frames.said([chunk(tool_calls=[call(1, "{}", id="y", name="g")])]) == b""
    rest = frames.said([chunk(tool_calls=[call(0, "1}")])])
    assert kinds(rest) == [
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "output_item.added",
        "function_call_arguments.delta",
    ]
    assert told(rest, "function_call_arguments.done", "arguments") == ['{"a":1}']


def test_calls_without_index_or_id_are_understood() -> None:
    nameless = [{"function": {"name": "f", "arguments": '{"a"'}}, {"function": {"arguments": ":1}"}}]
    frames = framed(begins(), *(chunk(tool_calls=[piece]) for piece in nameless), chunk("tool_calls"))
    (made,) = events_in(frames)[-1]["response"]["output"]
    assert (made["name"], made["arguments"], made["call_id"]) == ("f", '{"a":1}', f"call_{RESULT.hex}0000")
    by_id = [{"id": name, "function": {"name": name, "arguments": "{}"}} for name in "ab"]
    for calls in (by_id, [{"index": 0} | one for one in by_id]):
        frames = framed(begins(), chunk(tool_calls=calls), chunk("tool_calls"))
        assert [item["call_id"] for item in events_in(frames)[-1]["response"]["output"]] == ["a", "b"]


def test_what_is_said_between_calls_keeps_its_place() -> None:
    frames = framed(
        begins(),
        chunk(content="One. "),
        chunk(tool_calls=[call(0, "{}", id="x", name="f")]),
        chunk(content="Two."),
        chunk("tool_calls"),
    )
    output = events_in(frames)[-1]["response"]["output"]
    assert [item["type"] for item in output] == ["message", "function_call", "message"]
    _one_item_at_a_time(frames)


def test_log_probabilities_come_with_their_text_or_after_it() -> None:
    weights = {"content": [{"token": "On", "logprob": -0.1, "bytes": [79, 110], "top_logprobs": []}]}
    for pieces in (
        [chunk(content="On", logprobs=weights), chunk("stop")],
        [chunk(content="On"), chunk("stop", logprobs=weights)],
    ):
        frames = framed(begins(), *pieces)
        expected = as_json(whole(begins(), completion(content="On", logprobs=weights), USED, now=NOW))
        assert events_in(frames)[-1]["response"] == expected
        followed(frames)


def test_other_choices_and_counts_add_nothing() -> None:
    other = chunk(content="x")
    assert other.chunk is not None
    other.chunk.choices[:] = [type(other.chunk.choices[0])(index=1, delta=other.chunk.choices[0].delta)]
    frames = framed(begins(), chunk(content="On"), other, chunk("stop"))
    assert told(frames, "output_text.delta") == ["On"]


def test_a_failure_is_raised_by_the_client_and_told_in_full() -> None:
    frames: Frames = ResponsesFrames(begins(), clock=lambda: NOW)
    before = frames.said([chunk(content="On ")])
    after = frames.failed(Failure(429, "rate_limited", "Come back later."))
    failed, error = events_in(before + after)[-2:]
    EVENTS.validate_python(failed, strict=True)
    EVENTS.validate_python(error)
    assert failed["response"]["status"] == "failed"
    assert failed["response"]["error"] == {"code": "rate_limit_exceeded", "message": "Come back later."}
    assert failed["response"]["output"][0]["content"][0]["text"] == "On "
    assert failed["response"]["output"][0]["status"] == "incomplete"
    assert (error["type"], error["code"], error["message"]) == ("error", "rate_limited", "Come back later.")
    assert error["error"]["type"] == "invalid_request_error"
    assert [event["sequence_number"] for event in events_in(before + after)] == list(range(7))


def test_a_failure_before_anything_is_an_error_alone() -> None:
    frames = ResponsesFrames(begins())
    assert kinds(frames.failed(Failure(503, "providers-down", "No model answered."))) == ["error"]


def native(data: bytes, event: str = "", finish: str = "") -> Piece:
    return Piece(shape="responses", event=event, data=data, finish=finish)


def test_what_comes_in_this_shape_goes_out_byte_for_byte_and_its_end_is_withheld() -> None:
    frames = ResponsesFrames(begins())
    end = b'{"type":"response.completed", "response": {"id": "resp_x"},"sequence_number":9}'
    said = frames.said(
        [
            native(b'{"type": "response.created","sequence_number":4}', "response.created"),
            native(b'{"a":\n1}'),
            native(end, "response.completed", "stop"),
        ]
    )
    assert said == (
        b'event: response.created\ndata: {"type": "response.created","sequence_number":4}\n\ndata: {"a":\ndata: 1}\n\n'
    )
    assert frames.ended(USED, b"{}") == b": ratchet {}\n\nevent: response.completed\ndata: " + end + b"\n\n"
    assert frames.response == b'{"id": "resp_x"}'


def test_a_provider_s_own_stream_names_the_response_that_it_goes_on_from() -> None:
    frames = ResponsesFrames(begins(previous_response_id="resp_before"))
    said = b'{"type":"response.created","response":{"id":"resp_x","previous_response_id":null}}'
    spoken = b'{"type":"response.output_text.delta","delta":"the \\"response\\""}'
    sent = frames.said([native(said, "response.created"), native(spoken, "response.output_text.delta")])
    assert events_in(sent)[0]["response"] == {"id": "resp_x", "previous_response_id": "resp_before"}
    assert spoken in sent
    end = b'{"type":"response.completed","response":{"id":"resp_x"}}'
    frames.said([native(end, "response.completed", finish="stop")])
    frames.ended(USED, b"{}")
    assert json.loads(frames.response)["previous_response_id"] == "resp_before"


def test_a_failure_in_a_provider_s_own_stream_goes_on_counting() -> None:
    frames = ResponsesFrames(begins())
    frames.said([native(b'{"type": "response.created","sequence_number":4}', "response.created")])
    (error,) = events_in(frames.failed(Failure(503, "cut", "It broke off.")))
    assert (error["type"], error["sequence_number"]) == ("error", 5)


def test_the_whole_response_is_there_to_be_kept() -> None:
    frames = ResponsesFrames(begins(), clock=lambda: NOW)
    frames.said([chunk(content="On Monday."), chunk("stop")])
    assert frames.response == b""
    frames.ended(USED, b"")
    assert json.loads(frames.response) == as_json(whole(begins(), completion(content="On Monday."), USED, now=NOW))
