"""Whatever Google says: streamed and whole it is the same answer at the same price, and Google's own types agree."""

import base64
from typing import Any

import msgspec
from google.genai import types
from hypothesis import given
from hypothesis import strategies as st

from ratchet_providers.base import Piece
from ratchet_providers.chat_shape import Completion
from ratchet_providers.gemini.answer import understood
from ratchet_providers.gemini.stream import GeminiStream
from ratchet_providers.sse import Event
from ratchet_providers.usage import counted
from tests.unit.providers.gemini.gathered import gathered
from tests.unit.providers.gemini.rig import asked, completion

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
SIGNATURE = st.binary(min_size=1, max_size=12).map(lambda data: base64.b64encode(data).decode())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
COUNT = st.integers(0, 5_000)
SOME = st.integers(1, 10_000)  # a request has a token, and so has what was said to it


def maybe_signed(parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    def signed(part: dict[str, Any], signature: str | None) -> dict[str, Any]:
        return part | ({"thoughtSignature": signature} if signature else {})

    return st.builds(signed, parts, st.none() | SIGNATURE)


PART = maybe_signed(
    st.one_of(
        TEXT.map(lambda text: {"text": text}),
        TEXT.map(lambda text: {"text": text, "thought": True}),
        st.builds(
            lambda name, args: {"functionCall": {"name": name, "args": args}},
            st.sampled_from(["weather", "time"]),
            st.dictionaries(TEXT, JSON, max_size=3),
        ),
        SIGNATURE.map(lambda data: {"inlineData": {"mimeType": "image/png", "data": data}}),
    )
)
REASON = st.sampled_from(["STOP", "MAX_TOKENS", "SAFETY"])


@st.composite
def usages(draw: st.DrawFn) -> dict[str, Any]:
    prompt, written = draw(SOME), draw(SOME)
    thought, used = draw(COUNT), draw(COUNT)
    return {
        "promptTokenCount": prompt,
        "candidatesTokenCount": written,
        "thoughtsTokenCount": thought,
        "toolUsePromptTokenCount": used,
        "cachedContentTokenCount": draw(st.integers(0, prompt)),
        "totalTokenCount": prompt + written + thought + used,
        "promptTokensDetails": [{"modality": "IMAGE", "tokenCount": draw(st.integers(0, prompt))}],
    }


@st.composite
def answers(draw: st.DrawFn) -> dict[str, Any]:
    """With one or two candidates; the first says something that no filter took away."""
    candidates = []
    for index in range(draw(st.integers(1, 2))):
        parts = [{"text": "So: "}, *draw(st.lists(PART, max_size=6))]
        chosen = [{"token": "a", "logProbability": -0.5}] * len(parts) if draw(st.booleans()) else []
        candidates.append(
            {
                "index": index,
                "content": {"role": "model", "parts": parts},
                "finishReason": draw(REASON),
                "logprobsResult": {"chosenCandidates": chosen, "topCandidates": []},
            }
        )
    return {
        "candidates": candidates,
        "usageMetadata": draw(usages()),
        "modelVersion": "gemini-2.5-flash",
        "responseId": draw(st.text("abc123", min_size=1, max_size=5)),
        "createTime": "2026-11-26T10:00:00Z",
    }


def in_bits(draw: st.DrawFn, part: dict[str, Any]) -> list[dict[str, Any]]:
    """A part's text may come in two; what signs it comes last."""
    if not part.get("text"):
        return [part]
    at = draw(st.integers(0, len(part["text"])))
    head = {name: value for name, value in part.items() if name != "thoughtSignature"}
    return [head | {"text": part["text"][:at]}, part | {"text": part["text"][at:]}]


@st.composite
def told_in_bits(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """An answer, and events that tell it: of each candidate in order, of both in any."""
    said = draw(answers())
    frame = {name: said[name] for name in ("modelVersion", "responseId", "createTime")}
    queues = []
    for candidate in said["candidates"]:
        tokens = candidate["logprobsResult"]["chosenCandidates"]
        queue = []
        for number, part in enumerate(candidate["content"]["parts"]):
            bits = in_bits(draw, part)
            of_part = [{"content": {"parts": [bit]}, "index": candidate["index"]} for bit in bits]
            of_part[-1]["logprobsResult"] = {"chosenCandidates": tokens[number : number + 1]}
            queue += of_part
        last = {"index": candidate["index"], "finishReason": candidate["finishReason"]}
        queue = [*queue[:-1], queue[-1] | last] if draw(st.booleans()) else [*queue, last]
        queues.append(queue)
    events = []
    while any(queues):
        queue = draw(st.sampled_from([queue for queue in queues if queue]))
        events.append(frame | {"candidates": [queue.pop(0)], "usageMetadata": {"promptTokenCount": 3}})
    events[-1]["usageMetadata"] = said["usageMetadata"]
    return said, events


def streamed(events: list[dict[str, Any]]) -> list[Piece]:
    stream = GeminiStream("gemini-2.5-flash")
    pieces = stream.pieces([Event("", msgspec.json.encode(event)) for event in events])
    return [*pieces, stream.closing()]


@given(told_in_bits())
def test_streamed_and_whole_are_the_same_answer(told: tuple[dict[str, Any], list[dict[str, Any]]]) -> None:
    said, events = told
    answer = understood(msgspec.json.encode(said), asked())
    pieces = streamed(events)
    whole, stream = completion(answer), gathered(pieces)
    assert msgspec.json.encode(whole.choices) == msgspec.json.encode(stream.choices)
    assert (whole.id, whole.model, whole.usage) == (stream.id, stream.model, stream.usage)
    assert "".join(piece.text for piece in pieces) == answer.output
    assert [piece.finish for piece in pieces if piece.finish] == [answer.finish]
    assert pieces[-1].usage == answer.usage


@given(answers())
def test_googles_types_read_the_same(said: dict[str, Any]) -> None:
    body = msgspec.json.encode(said)
    theirs = types.GenerateContentResponse.model_validate_json(body)
    ours = completion(understood(body, asked()))
    assert theirs.candidates
    assert theirs.usage_metadata
    assert len(theirs.candidates) == len(ours.choices)
    for candidate, choice in zip(theirs.candidates, ours.choices, strict=True):
        parts = (candidate.content and candidate.content.parts) or []
        spoken = "".join(part.text for part in parts if part.text and not part.thought)
        assert (choice.message.content or "") == spoken
        calls = choice.message.tool_calls or []
        assert [msgspec.json.decode(call.function.arguments or "") for call in calls if call.function] == [
            part.function_call.args for part in parts if part.function_call
        ]
    _agree_on_tokens(ours, theirs.usage_metadata)


def _agree_on_tokens(ours: Completion, theirs: types.GenerateContentResponseUsageMetadata) -> None:
    used = counted(ours.usage)
    assert used is not None
    assert used.input_tokens + used.output_tokens == theirs.total_token_count
    assert used.reasoning_tokens == theirs.thoughts_token_count
