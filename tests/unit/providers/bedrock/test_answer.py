"""Converse's answers in the chat shape, whole and streamed alike."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchet_common.events import Usage
from ratchet_providers.base import ProviderError
from ratchet_providers.bedrock.answer import understood
from ratchet_providers.bedrock.request import Asked
from ratchet_providers.chat_shape import Completion
from tests.unit.providers.bedrock.answering import (
    BY_TOOL,
    PLAIN,
    REDACTED,
    SIGNATURE,
    answered,
    both,
    events_of,
    pieces_of,
    request,
    streamed,
    text,
    thought,
    use,
    whole,
)
from tests.unit.providers.bedrock.aws import answer_of, complaints, operation

TEXT, TOOL = text("On Monday."), use("weather", city="Ulm")


def test_the_fixtures_are_what_botocore_would_give() -> None:
    body = answer_of(thought("Hm."), REDACTED, TEXT, TOOL, stop="tool_use", cacheReadInputTokens=1)
    shape = operation().output_shape
    assert complaints(shape, body) == ""
    stream = operation("ConverseStream").output_shape.members["stream"]
    for kind, payload in events_of(body):
        assert complaints(stream.members[kind], payload) == ""


def test_an_answer_is_a_completion() -> None:
    answer = answered(answer_of(TEXT))
    assert answer.body is not None
    assert {name: msgspec.json.decode(value) for name, value in answer.body.items()} == {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "On Monday."}, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": 20,
            "completion_tokens": 3,
            "total_tokens": 23,
            "prompt_tokens_details": {"cached_tokens": 0, "cache_creation_tokens": 0},
        },
    }


def test_a_stream_begins_with_the_role_and_ends_with_the_count() -> None:
    first, *_, finish, last = pieces_of(answer_of(TEXT))
    assert first.chunk is not None
    assert first.chunk.choices[0].delta.role == "assistant"
    assert not first.shows
    assert finish.finish == "stop"
    assert last.chunk is not None
    assert last.chunk.choices == []
    assert last.usage == Usage(input_tokens=20, output_tokens=3)


@pytest.mark.parametrize(
    ("stop", "finish"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("guardrail_intervened", "content_filter"),
        ("content_filtered", "content_filter"),
        ("something_new", "stop"),
    ],
)
def test_why_it_ended(stop: str, finish: str) -> None:
    assert both(answer_of(TEXT, stop=stop)).finish == finish


def test_text_thoughts_and_calls() -> None:
    said = both(answer_of(thought("Hm."), REDACTED, TEXT, TOOL, use("now", "t2"), stop="tool_use"))
    assert (said.text, said.thoughts, said.finish) == ("On Monday.", "Hm.", "tool_calls")
    assert said.calls == [("t1", "weather", {"city": "Ulm"}), ("t2", "now", {})]
    assert said.blocks == [
        {"type": "thinking", "thinking": "Hm.", "signature": SIGNATURE},
        {"type": "redacted_thinking", "data": REDACTED["reasoningContent"]["redactedContent"]},
    ]


def test_thoughts_without_a_signature_are_shown_and_not_given_back() -> None:
    said = both(answer_of(thought("Hm.", signature=""), TEXT))
    assert (said.thoughts, said.blocks) == ("Hm.", [])


def test_text_with_citations_is_text() -> None:
    cited = {"citationsContent": {"content": [{"text": "On "}, {"text": "Monday."}], "citations": [{"title": "x"}]}}
    assert both(answer_of(cited)).text == "On Monday."


def test_calls_that_bedrock_answers_itself_are_none_of_the_callers() -> None:
    own = {"toolUse": {"toolUseId": "s", "name": "search", "input": {"q": "x"}, "type": "server_tool_use"}}
    assert both(answer_of(own, TEXT)).calls == []


def test_who_takes_one_call_at_a_time_gets_one() -> None:
    said = both(answer_of(TOOL, use("now", "t2", a=1), stop="tool_use"), Asked(b"", one_call=True))
    assert said.calls == [("t1", "weather", {"city": "Ulm"})]


def test_every_kind_of_input_token_counts_as_input() -> None:
    details = [{"ttl": "1h", "inputTokens": 3}, {"ttl": "5m", "inputTokens": 4}]
    counts: dict[str, Any] = {"cacheReadInputTokens": 100, "cacheWriteInputTokens": 7, "cacheDetails": details}
    assert both(answer_of(TEXT, **counts)).usage == Usage(
        input_tokens=127, output_tokens=3, cached_tokens=100, cache_written_tokens=7, cache_written_long_tokens=3
    )


def test_where_nothing_was_counted_it_is_estimated() -> None:
    assert answered(answer_of(TEXT) | {"usage": None}).usage.estimated
    assert answered(answer_of(TEXT, inputTokens=-1)).usage.estimated


@pytest.mark.parametrize(
    ("blocks", "becomes", "finish"),
    [
        ([use("answer_in_json", city="Ulm")], '{"city": "Ulm"}', "stop"),
        ([text("Here it is: "), use("answer_in_json", city="Ulm")], '{"city": "Ulm"}', "stop"),
        ([use("answer_in_json")], "{}", "stop"),
        ([text('{"city": "Ulm"}')], '{"city": "Ulm"}', "stop"),
        ([use("weather", city="Ulm")], "", "tool_calls"),
    ],
)
def test_what_the_answering_tool_is_given_is_the_answer(blocks: list[Any], becomes: str, finish: str) -> None:
    stop = "tool_use" if "toolUse" in blocks[-1] else "end_turn"
    said = both(answer_of(*blocks, stop=stop), BY_TOOL)
    assert (said.text, said.finish) == (becomes, finish)
    assert bool(said.calls) is (finish == "tool_calls")


def test_without_it_such_a_tool_is_the_callers() -> None:
    assert both(answer_of(use("answer_in_json", city="Ulm"), stop="tool_use")).calls


@pytest.mark.parametrize(
    ("space", "more", "new"),
    [(" ", " Monday", "Monday"), ("\n", " Monday", " Monday"), ("", " Monday", " Monday"), (" \n", " ", "")],
)
def test_a_seam_is_not_shown_twice(space: str, more: str, new: str) -> None:
    assert both(answer_of(text(more)), Asked(b"", space=space)).text == new


@pytest.mark.parametrize("stop", ["malformed_model_output", "malformed_tool_use"])
def test_what_the_model_wrote_may_be_no_answer(stop: str) -> None:
    for understand in (whole, streamed):
        with pytest.raises(ProviderError) as failed:
            understand(answer_of(TEXT, stop=stop))
        assert failed.value.kind == "malformed"


def test_what_a_filter_withheld_wholly_is_no_answer() -> None:
    for understand in (whole, streamed):
        with pytest.raises(ProviderError) as failed:
            understand(answer_of(stop="content_filtered"))
        assert failed.value.kind == "filtered"


NO_CONTENT = b'{"output": {"message": {"content": 7}}, "stopReason": "x"}'


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"output": {}}', NO_CONTENT, b"\xff", b"[" * 99_999])
def test_what_is_no_answer_of_converses_is_malformed(body: bytes) -> None:
    with pytest.raises(ProviderError) as failed:
        understood(body, request(), PLAIN, Completion(choices=[]))
    assert failed.value.kind == "malformed"


NAMES = st.sampled_from(["weather", "now", "answer_in_json"])
INPUTS = st.dictionaries(st.sampled_from("xyz"), st.text(max_size=9), max_size=2)
BLOCKS = st.one_of(
    st.builds(text, st.text(max_size=20)),
    st.builds(thought, st.text(max_size=20), st.sampled_from(["", SIGNATURE])),
    st.just(REDACTED),
    st.builds(lambda name, id_, given: use(name, id_, **given), NAMES, st.text("abc", min_size=1), INPUTS),
)
ASKED = st.builds(
    Asked, st.just(b""), by_tool=st.booleans(), one_call=st.booleans(), space=st.sampled_from(["", " ", "\n "])
)
STOPS = st.sampled_from(["end_turn", "tool_use", "max_tokens", "content_filtered"])


@settings(deadline=None)
@given(st.lists(BLOCKS, max_size=6), STOPS, ASKED)
def test_whatever_it_is_both_ways_give_the_same(blocks: list[Any], stop: str, its: Asked) -> None:
    body = answer_of(*blocks, stop=stop)
    try:
        found = whole(body, its)
    except ProviderError as error:
        with pytest.raises(ProviderError, match=error.detail):
            streamed(body, its)
    else:
        assert streamed(body, its) == found
