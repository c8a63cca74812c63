"""Google's answers as chat's: text, thoughts, calls, pictures, ends and counts."""

from typing import Any

import msgspec
import pytest

from ratchet_common.events import Usage
from ratchet_providers.base import ModelAnswer, ProviderError
from ratchet_providers.chat_shape import Choice
from ratchet_providers.failing import Said
from ratchet_providers.gemini.answer import understood
from ratchet_providers.gemini.stream import GeminiStream
from ratchet_providers.replay import replayed
from ratchet_providers.sse import Event
from tests.unit.providers.gemini.gathered import gathered
from tests.unit.providers.gemini.rig import asked, completion, saying

COUNTED = {
    "promptTokenCount": 100,
    "candidatesTokenCount": 20,
    "thoughtsTokenCount": 30,
    "toolUsePromptTokenCount": 5,
    "cachedContentTokenCount": 40,
    "totalTokenCount": 155,
    "promptTokensDetails": [
        {"modality": "TEXT", "tokenCount": 60},
        {"modality": "IMAGE", "tokenCount": 30},
        {"modality": "AUDIO", "tokenCount": 10},
    ],
}


def answered(said: Any) -> ModelAnswer:
    return understood(msgspec.json.encode(said), asked())


def first(said: Any) -> Choice:
    return completion(answered(said)).choices[0]


def failure(said: Any) -> ProviderError:
    with pytest.raises(ProviderError) as failed:
        answered(said)
    return failed.value


def called(name: str, args: Any, **beside: Any) -> dict[str, Any]:
    return {"functionCall": {"name": name, "args": args}} | beside


def test_text_and_thoughts_stand_apart() -> None:
    said = saying({"text": "Let me see.", "thought": True}, "On ", "Monday.", finish="STOP")
    answer = answered(said)
    assert (answer.output, answer.finish, answer.model) == ("On Monday.", "stop", "gemini-2.5-flash")
    assert first(said).message.reasoning_content == "Let me see."
    body = completion(answer)
    assert (body.id, body.model) == ("chatcmpl-r1", "gemini-2.5-flash")


def test_tokens_are_counted_as_chat_counts_them() -> None:
    answer = answered(saying("x", finish="STOP", usageMetadata=COUNTED))
    assert answer.usage == Usage(
        input_tokens=105,
        output_tokens=50,
        cached_tokens=40,
        reasoning_tokens=30,
        image_tokens=30,
        audio_tokens=10,
    )
    used = completion(answer).usage
    assert used is not None
    assert used.total_tokens == 155


@pytest.mark.parametrize("counted", [None, {}, {"promptTokenCount": -4}, {"candidatesTokenCount": 3}])
def test_what_was_not_counted_is_estimated(counted: Any) -> None:
    usage = answered(saying("four", finish="STOP", usageMetadata=counted)).usage
    assert (usage.estimated, usage.output_tokens) == (True, 1)


def test_calls_have_ids_that_stay_and_that_no_other_has() -> None:
    said = saying(called("f", {"b": 1, "a": [1.50]}), called("f", None), finish="STOP")
    choice = first(said)
    assert choice.finish_reason == "tool_calls"
    assert choice.message.content is None
    assert isinstance(choice.message.tool_calls, list)
    one, two = choice.message.tool_calls
    assert (one.function.arguments, two.function.arguments) == ('{"b":1,"a":[1.5]}', "{}")
    assert one.id != two.id
    assert choice == first(said)
    other = first(said | {"responseId": "r2"}).message.tool_calls
    assert isinstance(other, list)
    assert {one.id, two.id}.isdisjoint(call.id for call in other)


def test_an_id_of_googles_is_kept_unless_it_comes_twice() -> None:
    call = {"functionCall": {"name": "f", "args": {}, "id": "fc1"}}
    calls = first(saying(call, call, finish="STOP")).message.tool_calls
    assert isinstance(calls, list)
    assert calls[0].id == "fc1"
    assert calls[1].id not in ("", "fc1")


def test_signatures_travel_with_what_they_sign() -> None:
    said = saying(
        "I look.",
        {"text": "", "thoughtSignature": "T"},
        called("f", {}, thoughtSignature="S"),
        called("g", {}),
        finish="STOP",
    )
    message = first(said).message
    assert message.extra_content == {"google": {"thought_signature": "T"}}
    assert isinstance(message.tool_calls, list)
    extra = [call.extra_content for call in message.tool_calls]
    assert extra == [{"google": {"thought_signature": "S"}}, msgspec.UNSET]


def test_pictures_stand_beside_the_text() -> None:
    picture = {"inlineData": {"mimeType": "image/png", "data": "AA=="}}
    message = first(saying("Here.", picture, finish="STOP")).message
    assert message.content == "Here."
    assert message.images == [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]


def test_what_chat_has_no_place_for_is_malformed() -> None:
    sound = {"inlineData": {"mimeType": "audio/wav", "data": "AA=="}}
    assert failure(saying(sound, finish="STOP")).kind == "malformed"


@pytest.mark.parametrize(
    ("reason", "finish"), [("STOP", "stop"), ("MAX_TOKENS", "length"), ("SAFETY", "content_filter")]
)
def test_why_it_ended(reason: str, finish: str) -> None:
    assert answered(saying("So far.", finish=reason)).finish == finish


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("MALFORMED_FUNCTION_CALL", "misspoken"),
        ("UNEXPECTED_TOOL_CALL", "misspoken"),
        ("MISSING_THOUGHT_SIGNATURE", "bad_request"),
        ("OTHER", "misspoken"),
        ("CONTINUATION", "cut"),
        ("FINISH_REASON_UNSPECIFIED", "cut"),
        ("A_NEW_ONE", "cut"),
        (None, "cut"),
    ],
)
def test_an_end_that_is_none_leaves_no_answer(reason: str | None, kind: str) -> None:
    assert failure(saying("So far", finish=reason)).kind == kind


@pytest.mark.parametrize("parts", [(), ({"text": "Hm.", "thought": True},)])
def test_nothing_left_by_a_filter_is_no_answer(parts: Any) -> None:
    error = failure(saying(*parts, finish="RECITATION"))
    assert (error.kind, error.detail) == ("filtered", "RECITATION")
    assert error.said == Said("The answer was withheld: RECITATION.", code="RECITATION")


def test_what_a_filter_left_nothing_of_was_counted_all_the_same() -> None:
    counts: Any = {"usageMetadata": {"promptTokenCount": 12, "candidatesTokenCount": 4, "totalTokenCount": 16}}
    for said in (saying(finish="SAFETY", **counts), {"promptFeedback": {"blockReason": "SAFETY"}, **counts}):
        used = failure(said).usage
        assert used is not None
        assert (used.input_tokens, used.output_tokens) == (12, 4)


def test_a_prompt_that_was_blocked() -> None:
    error = failure({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})
    assert (error.kind, error.detail) == ("filtered", "PROHIBITED_CONTENT")
    assert error.said == Said("The prompt was blocked: PROHIBITED_CONTENT.", code="PROHIBITED_CONTENT")


HARMLESS = {"category": "HARM_CATEGORY_HARASSMENT", "probability": "NEGLIGIBLE"}
LIKELY = {"category": "HARM_CATEGORY_HATE_SPEECH", "probability": "HIGH"}
BLOCKED = {"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "LOW", "blocked": True}


@pytest.mark.parametrize(
    ("ratings", "listed"),
    [
        ([HARMLESS], ""),
        ([HARMLESS, LIKELY], ", for HARM_CATEGORY_HATE_SPEECH (HIGH)"),
        ([HARMLESS, LIKELY, BLOCKED], ", for HARM_CATEGORY_DANGEROUS_CONTENT (LOW)"),
    ],
)
def test_a_filter_says_why_whole_and_streamed(ratings: list[dict[str, Any]], listed: str) -> None:
    ended = {"finishReason": "SAFETY", "safetyRatings": ratings, "finishMessage": "It quotes hunter2.", "index": 0}
    why = f"The answer was withheld: SAFETY{listed}. It quotes hunter2."
    event = Event("", msgspec.json.encode({"candidates": [ended]}))
    stream = GeminiStream("gemini-2.5-flash")
    assert not any(piece.finish for piece in stream.pieces([event]))
    with pytest.raises(ProviderError) as streamed:
        stream.closing()
    for error in (failure({"candidates": [ended]}), streamed.value):
        assert (error.kind, error.detail, error.said) == ("filtered", "SAFETY", Said(why, code="SAFETY"))
    feedback = {"blockReason": "SAFETY", "safetyRatings": ratings, "blockReasonMessage": "Not this."}
    blocked = failure({"promptFeedback": feedback})
    assert blocked.said == Said(f"The prompt was blocked: SAFETY{listed}. Not this.", code="SAFETY")


@pytest.mark.parametrize("said", [{}, [], {"candidates": []}, {"candidates": 7}, {"candidates": [{"content": "x"}]}])
def test_what_is_no_answer_is_malformed(said: Any) -> None:
    assert failure(said).kind == "malformed"


def test_an_empty_answer_is_one() -> None:
    answer = answered({"candidates": [{"finishReason": "STOP"}]})
    assert (answer.output, answer.finish) == ("", "stop")


def test_log_probabilities() -> None:
    said = saying("Hé", finish="STOP")
    said["candidates"][0]["logprobsResult"] = {
        "chosenCandidates": [{"token": "H", "logProbability": -0.1}, {"token": "é", "logProbability": -2}],
        "topCandidates": [{"candidates": [{"token": "H", "logProbability": -0.1}, {"token": "J"}]}],
    }
    found = first(said).logprobs
    assert found is not msgspec.UNSET
    assert msgspec.json.decode(found) == {
        "content": [
            {
                "token": "H",
                "logprob": -0.1,
                "bytes": [72],
                "top_logprobs": [
                    {"token": "H", "logprob": -0.1, "bytes": [72]},
                    {"token": "J", "logprob": 0.0, "bytes": [74]},
                ],
            },
            {"token": "é", "logprob": -2.0, "bytes": [195, 169], "top_logprobs": []},
        ],
        "refusal": None,
    }


def test_several_choices_in_their_order() -> None:
    both = saying("b", finish="MAX_TOKENS", index=1)
    both["candidates"] += saying("a", finish="STOP")["candidates"]
    answer = answered(both)
    assert (answer.output, answer.finish) == ("a", "stop")
    assert [choice.message.content for choice in completion(answer).choices] == ["a", "b"]


def test_an_answer_that_was_kept_streams_with_all_that_it_had() -> None:
    picture = {"inlineData": {"mimeType": "image/png", "data": "AA=="}}
    said = saying("I look.", picture, called("f", {}, thoughtSignature="S"), finish="STOP", usageMetadata=COUNTED)
    answer = answered(said)
    assert gathered(replayed(answer)).choices == completion(answer).choices
