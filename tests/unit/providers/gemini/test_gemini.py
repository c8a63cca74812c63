"""Gemini over real sockets, by the Developer API and on Vertex: as it should be, and on bad days."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import pytest

from ratchet_common.events import Usage
from ratchet_providers.base import ProviderError, TimeLimits
from ratchet_providers.gemini.generate import GenerateContent
from ratchet_providers.gemini.provider import Gemini
from ratchet_providers.gemini.tokens import ReadyToken
from ratchet_providers.gemini.vertex import Vertex, base_url_of
from ratchet_providers.secrets import Secret
from ratchet_providers.wire import Wire
from tests.unit.providers.gemini.gathered import gathered
from tests.unit.providers.gemini.rig import (
    END,
    HEAD,
    Google,
    Said,
    all_of,
    asked,
    chunked,
    completion,
    google,
    saying,
    sse,
    streamed,
    text_of,
    whole,
)

COUNTED = {"promptTokenCount": 9, "candidatesTokenCount": 2, "totalTokenCount": 11}
EVENTS = (saying("On "), saying("Monday.", finish="STOP", usageMetadata=COUNTED))
Api = Literal["developer", "vertex"]


@asynccontextmanager
async def model(*answers: Said, api: Api = "developer", **how: Any) -> AsyncIterator[tuple[GenerateContent, Google]]:
    async with google(*answers) as heard, Wire() as wire:
        if api == "vertex":
            tokens = ReadyToken(Secret(how.pop("key", "")))
            yield Vertex(wire, "acme", "europe-west4", tokens, base_url=heard.url, **how), heard
        else:
            yield Gemini(wire, heard.url, Secret(how.pop("key", "")), **how), heard


async def failure_of(*answers: Said, **how: Any) -> ProviderError:
    async with model(*answers) as (gemini, _):
        with pytest.raises(ProviderError) as failed:
            await all_of(gemini, asked(**how))
    return failed.value


@pytest.mark.parametrize("api", ["developer", "vertex"])
async def test_whole_and_streamed(api: Api) -> None:
    said = saying("On ", "Monday.", finish="STOP", usageMetadata=COUNTED)
    async with model(whole(said), streamed(*EVENTS), api=api) as (gemini, heard):
        answer, pieces = await gemini.answer(asked()), await all_of(gemini)
    assert answer.output == text_of(pieces) == "On Monday."
    assert answer.usage == pieces[-1].usage == Usage(input_tokens=9, output_tokens=2)
    assert completion(answer).choices == gathered(pieces).choices
    assert heard.bodies[0] == heard.bodies[1] == {"contents": [{"role": "user", "parts": [{"text": "When?"}]}]}


async def test_where_the_developer_api_is_asked_and_with_what(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_KEY", "k1")
    key = Secret("env:GEMINI_KEY")
    key.read_first("the test")
    async with google(whole(saying("x", finish="STOP"))) as heard, Wire() as wire:
        gemini = Gemini(wire, heard.url + "/", key)
        await gemini.answer(asked())
        await gemini.answer(asked(model="tunedModels/a b"))
    assert heard.heads[0].startswith(b"POST /v1beta/models/gemini-2.5-flash:generateContent HTTP/1.1\r\n")
    assert heard.heads[1].startswith(b"POST /v1beta/tunedModels/a%20b:generateContent HTTP/1.1\r\n")
    assert b"x-goog-api-key: k1\r\n" in heard.heads[0]


async def test_where_vertex_is_asked_and_with_what(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("t1")
    async with model(streamed(*EVENTS), api="vertex", key=f"file:{token}") as (vertex, heard):
        await all_of(vertex)
        await all_of(vertex, asked(model="endpoints/7"))
    root = b"POST /v1beta/projects/acme/locations/europe-west4/"
    assert heard.heads[0].startswith(
        root + b"publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse HTTP/1.1"
    )
    assert heard.heads[1].startswith(root + b"endpoints/7:streamGenerateContent?alt=sse HTTP/1.1")
    assert b"Authorization: Bearer t1\r\n" in heard.heads[0]


def test_every_location_has_its_host() -> None:
    assert [base_url_of(location).split("/")[2] for location in ("us-central1", "global", "eu")] == [
        "us-central1-aiplatform.googleapis.com",
        "aiplatform.googleapis.com",
        "aiplatform.eu.rep.googleapis.com",
    ]


async def test_a_key_that_is_refused_is_looked_up_again(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("old")
    refusal = whole({"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}, 400)
    async with model(refusal, whole(saying("x", finish="STOP")), key=f"file:{key}") as (gemini, heard):
        with pytest.raises(ProviderError) as failed:
            await gemini.answer(asked())
        key.write_text("new")
        await gemini.answer(asked())
    assert failed.value.kind == "unauthorized"
    assert [b"x-goog-api-key: new" in head for head in heard.heads] == [False, True]


async def test_it_may_come_in_any_bits() -> None:
    body = sse(*EVENTS)
    for size in (1, 7, 100):
        bits: list[bytes | float] = [chunked(body[i : i + size]) for i in range(0, len(body), size)]
        async with model([HEAD, *bits, END]) as (gemini, _):
            assert text_of(await all_of(gemini)) == "On Monday."


@pytest.mark.parametrize(
    ("bits", "kind"),
    [
        ([HEAD, chunked(sse(saying("On "))), -1.0], "cut"),  # the connection breaks
        ([HEAD, chunked(sse(saying("On "))), END], "cut"),  # a well-formed end, too early
        ([HEAD, END], "cut"),
        ([HEAD, chunked(sse({"usageMetadata": COUNTED})), END], "cut"),
        ([HEAD, chunked(sse(saying("On ", finish="OTHER"))), END], "misspoken"),
        ([HEAD, chunked(sse(saying("On "), b'{"candidates": [{"con')), END], "malformed"),
        ([HEAD, chunked(sse(saying("On "), {"candidates": 7})), END], "malformed"),
        ([HEAD, chunked(sse(saying(finish="MALFORMED_FUNCTION_CALL"))), END], "misspoken"),
        ([HEAD, chunked(sse(saying("On "), {"error": {"code": 503, "status": "UNAVAILABLE"}})), END], "overloaded"),
        ([HEAD, chunked(sse([{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}])), END], "rate_limited"),
        ([HEAD, chunked(sse({"promptFeedback": {"blockReason": "SAFETY"}})), END], "filtered"),
        ([HEAD, chunked(sse(saying(finish="SAFETY"))), END], "filtered"),
        ([HEAD, chunked(sse(saying({"text": "Hm.", "thought": True}), saying(finish="SAFETY"))), END], "filtered"),
        ([b"HTTP/1.1 200 OK\r\nContent-Le", -1.0], "unavailable"),
        ([-1.0], "unavailable"),
    ],
)  # fmt: skip
async def test_what_breaks_off_is_never_taken_for_an_answer(bits: list[bytes | float], kind: str) -> None:
    assert (await failure_of(bits)).kind == kind


async def test_what_was_withheld_tells_what_it_cost_and_nobody_waits_for_more() -> None:
    used: list[Usage] = []

    async def hear(gemini: GenerateContent) -> None:
        async for pieces in gemini.stream(asked(fields={"n": 2})):
            used.extend(piece.usage for piece in pieces if piece.usage)

    async with model([HEAD, chunked(sse(saying(finish="SAFETY", usageMetadata=COUNTED), saying("On "))), 5.0]) as (
        gemini,
        _,
    ):
        with pytest.raises(ProviderError) as failed:
            await hear(gemini)
    assert (failed.value.kind, used) == ("filtered", [Usage(input_tokens=9, output_tokens=2)])


async def test_a_filter_that_comes_late_leaves_what_was_said() -> None:
    async with model(streamed(saying("On Mon"), saying(finish="SAFETY"))) as (gemini, _):
        pieces = await all_of(gemini)
    assert (text_of(pieces), [piece.finish for piece in pieces if piece.finish]) == ("On Mon", ["content_filter"])
    assert gathered(pieces).choices[0].native_finish_reason == "SAFETY"


async def test_once_all_was_said_a_broken_connection_is_no_matter() -> None:
    async with model([HEAD, chunked(sse(*EVENTS)), -1.0]) as (gemini, _):
        pieces = await all_of(gemini)
    assert (text_of(pieces), pieces[-1].usage) == ("On Monday.", Usage(input_tokens=9, output_tokens=2))


@pytest.mark.parametrize(
    ("bits", "limits", "detail"),
    [
        ([5.0], TimeLimits(first_s=0.05), "no first token within 0.1 s"),
        ([HEAD, 5.0], TimeLimits(first_s=0.05), "no first token within 0.1 s"),
        ([HEAD, chunked(sse(saying("On "))), 5.0], TimeLimits(gap_s=0.05), "nothing more within 0.1 s"),
        ([HEAD, chunked(sse(saying("On "))), 5.0], TimeLimits(total_s=0.05), "no end within 0.1 s"),
    ],
)
async def test_silence_is_a_timeout_that_says_which(bits: list[bytes | float], limits: TimeLimits, detail: str) -> None:
    error = await failure_of(bits, limits=limits)
    assert (error.kind, error.detail) == ("timeout", detail)


async def test_who_stops_listening_ends_the_call() -> None:
    more: list[bytes | float] = [bit for _ in range(500) for bit in (chunked(sse(saying("and "))), 0.01)]
    async with model([HEAD, *more]) as (gemini, heard):
        async with aclosing(gemini.stream(asked())) as coming:
            async for _ in coming:
                break
        async with asyncio.timeout(1):
            await heard.closed.wait()


async def test_counts_grow_as_the_answer_does() -> None:
    grown = [{"promptTokenCount": 9, "candidatesTokenCount": number} for number in (1, 2)]
    events = (saying("On ", usageMetadata=grown[0]), saying("it.", finish="STOP"), {"usageMetadata": grown[1]})
    async with model(streamed(*events)) as (gemini, _):
        pieces = await all_of(gemini)
    counts = [piece.usage.output_tokens for piece in pieces if piece.usage]
    assert counts == [1, 1, 2]


async def test_what_is_counted_after_the_end_is_said_once() -> None:
    async with model(streamed(saying("On it.", finish="STOP"), {"usageMetadata": COUNTED})) as (gemini, _):
        pieces = await all_of(gemini)
    assert [piece.usage for piece in pieces if piece.chunk and not piece.chunk.choices] == [
        Usage(input_tokens=9, output_tokens=2)
    ]


async def test_a_signature_comes_back_in_the_next_turn() -> None:
    call = {"functionCall": {"name": "f", "args": {"a": 1}}, "thoughtSignature": "c2ln"}
    done = saying("Done.", finish="STOP")
    for answers in ((streamed(saying(call, finish="STOP")),), (whole(saying(call, finish="STOP")),)):
        async with model(*answers, whole(done)) as (gemini, heard):
            if answers[0].startswith(HEAD):
                said = gathered(await all_of(gemini)).choices[0].message
            else:
                said = completion(await gemini.answer(asked())).choices[0].message
            assert isinstance(said.tool_calls, list)
            result = {"role": "tool", "tool_call_id": said.tool_calls[0].id, "content": "7"}
            await gemini.answer(asked(messages=[{"role": "user", "content": "When?"}, said, result]))
        assert heard.bodies[1]["contents"][1]["parts"][0]["thoughtSignature"] == "c2ln"


async def test_only_a_model_that_can_goes_on() -> None:
    async with model(streamed(*EVENTS), continues=True) as (gemini, heard):
        await all_of(gemini, asked(so_far="We ship "))
    assert heard.bodies[0]["contents"][-1] == {"role": "model", "parts": [{"text": "We ship "}]}
    assert (await failure_of(streamed(*EVENTS), so_far="We ship ")).kind == "unsuited"


async def test_an_answer_over_the_limit_is_not_read_to_its_end() -> None:
    async with model(whole(saying("x" * 5_000, finish="STOP")), body_limit=4_096) as (gemini, _):
        with pytest.raises(ProviderError) as failed:
            await gemini.answer(asked())
    assert failed.value.kind == "too_large"
