"""What stands beside an answer: the headers and the `ratchet` object say the same, in every shape."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from openai.types.chat import ChatCompletion

from ratchet_common.events import Check, Decision, Usage
from ratchet_router.answered import Answered
from ratchet_router.api.about import Said, at_the_end, headers, said_of
from ratchet_router.api.chat import chat_completion
from ratchet_router.api.messages import message_body
from ratchet_router.api.responses import response_body
from ratchet_router.shapes.chat import ChatFrames
from ratchet_router.shapes.messages.frames import MessagesFrames
from ratchet_router.shapes.responses.frames import ResponsesFrames
from ratchet_router.shapes.responses.read import read_responses
from ratchet_router.shapes.responses.response import begun
from ratchet_router.shapes.shape import Frames

COUNTED = Usage(input_tokens=9, output_tokens=3, cached_tokens=2)
GUESSED = Usage(input_tokens=9, output_tokens=3, estimated=True)
ASKED = read_responses(b'{"model": "m", "input": "When?"}')


def answered(**how: Any) -> Answered:
    given: dict[str, Any] = {
        "result_id": uuid4(),
        "unit": "u",
        "output": "On Monday.",
        "model": "m",
        "version_id": "base",
        "tier": "fast",
        "decision": Decision(assigned_by="share", complexity=0.25, revision=3),
        "usage": COUNTED,
        "cost_usd": Decimal("0.0012345"),
        "checks": (Check(name="length", passed=True), Check(name="language", passed=False, detail="It is French.")),
    }
    return Answered(**given | how)


def ratchet_in(body: bytes) -> Any:
    return msgspec.json.decode(body)["ratchet"]


def test_the_object_says_what_the_headers_say() -> None:
    one = answered(recorded=False, replayed=True, cached_from=uuid4(), age_s=7)
    said, told = ratchet_in(chat_completion(one)), headers(one)
    assert (told["x-ratchet-result-id"], told["x-ratchet-tier"]) == (said["result_id"], said["tier"])
    assert (told["x-ratchet-cached"], told["age"]) == ("true", str(said["age_s"]))
    assert float(told["x-ratchet-cost-usd"]) == pytest.approx(said["cost_usd"], abs=1e-6)
    assert told["x-ratchet-decision"] == said["decision"] == "share; complexity=0.25; revision=3"
    assert (told["x-ratchet-recorded"], said["recorded"]) == ("false", False)
    assert (told["x-ratchet-replayed"], said["replayed"]) == ("true", True)


def test_it_is_the_same_whole_and_streamed_in_every_shape_and_as_it_is_documented() -> None:
    one = answered()
    wholes = (chat_completion(one), message_body(one), response_body(ASKED, one))
    assert [ratchet_in(whole) for whole in wholes] == [msgspec.json.decode(at_the_end(one))] * 3
    Said.model_validate_json(msgspec.json.encode(said_of(one)))


def test_it_has_the_results_of_the_checks() -> None:
    assert ratchet_in(chat_completion(answered()))["quality"] == {
        "passed": False,
        "checks": [
            {"name": "length", "passed": True, "detail": ""},
            {"name": "language", "passed": False, "detail": "It is French."},
        ],
    }


@pytest.mark.parametrize("usage", [COUNTED, GUESSED])
def test_it_says_whether_tokens_were_counted_or_estimated(usage: Usage) -> None:
    one = answered(usage=usage)
    for whole in (chat_completion(one), message_body(one), response_body(ASKED, one)):
        said = ratchet_in(whole)["usage"]
        assert (said["input_tokens"], said["output_tokens"], said["estimated"]) == (9, 3, usage.estimated)


@pytest.mark.parametrize("given", [{}, {"usage": None}, {"usage": {"prompt_tokens": -1}}])
def test_a_chat_whose_provider_counted_nothing_shows_the_estimate(given: dict[str, Any]) -> None:
    body = {"id": "up-1", "object": "chat.completion", "created": 7, "model": "m", "choices": []} | given
    raw = msgspec.json.decode(msgspec.json.encode(body), type=dict[str, msgspec.Raw])
    usage = ChatCompletion.model_validate_json(chat_completion(answered(usage=GUESSED, body=raw))).usage
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (9, 3, 12)


def test_what_a_provider_counted_passes_as_it_came() -> None:
    raw = {"usage": msgspec.Raw(b'{"prompt_tokens":9,"completion_tokens":3,"of_theirs":1}')}
    assert msgspec.json.decode(chat_completion(answered(body=raw)))["usage"]["of_theirs"] == 1


def test_a_streams_comment_is_the_same_in_every_shape() -> None:
    one = answered()
    about, begun_ = at_the_end(one), begun(ASKED.body, response_id="resp_1", created_at=1)
    shapes: list[Frames] = [
        ChatFrames("c", "m", 1, usage_asked=False),
        MessagesFrames(message_id="msg_1", model="m"),
        ResponsesFrames(begun_),
    ]
    for frames in shapes:
        assert b": ratchet %b\n\n" % about in frames.ended(COUNTED, about)
