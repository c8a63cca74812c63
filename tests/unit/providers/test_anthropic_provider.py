"""Anthropic over real sockets: as it should be, and as it is on bad days."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from ratchet_common.events import Usage
from ratchet_providers.anthropic.dialect import Dialect, dialect_of
from ratchet_providers.base import ProviderError, TimeLimits
from ratchet_providers.secrets import Secret
from tests.unit.providers.anthropic_rig import (
    CALLERS,
    END,
    EVENTS,
    SAID,
    STREAM,
    THOUGHT,
    all_of,
    anthropic,
    asked,
    chunked,
    events_of,
    failing,
    message,
    native,
    sse,
    text,
    together,
    whole,
)
from tests.unit.providers.anthropic_types import wrong_in_count, wrong_in_request

WHOLE = sse(EVENTS)


async def test_an_answer_is_a_chat_completion_and_the_key_is_sent(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-ant\n")
    async with anthropic(whole(SAID), key=Secret(f"file:{tmp_path}/key"), dialect=Dialect(betas=("b-1",))) as (
        it,
        heard,
    ):
        answer = await it.answer(asked())
    assert (answer.output, answer.finish, answer.shape) == ("On Monday.", "stop", "chat")
    assert answer.usage == Usage(input_tokens=9, output_tokens=2)
    head = heard.heads[0]
    assert head.startswith("POST /v1/messages HTTP/1.1\r\n")
    for line in ("x-api-key: sk-ant", "anthropic-version: 2023-06-01", "anthropic-beta: b-1"):
        assert f"\r\n{line}\r\n" in head


async def test_some_who_imitate_it_take_the_key_as_a_bearers(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk")
    dialect = dialect_of("kimi", key_header="Authorization")
    async with anthropic(whole(SAID), key=Secret(f"file:{tmp_path}/key"), dialect=dialect) as (it, heard):
        await it.answer(asked())
    assert "\r\nAuthorization: Bearer sk\r\n" in heard.heads[0]


async def test_a_stream_is_chunks_of_a_chat_in_whatever_bits_it_comes() -> None:
    for size in (1, 7, 1000):
        bits = [chunked(WHOLE[at : at + size]) for at in range(0, len(WHOLE), size)]
        async with anthropic(STREAM, *bits, END) as (it, heard):
            found = together(await all_of(it))
        assert (found["content"], found["finish"]) == ("On Monday.", "stop")
        assert heard.bodies[0]["stream"] is True
        assert wrong_in_request(heard.bodies[0]) == []


async def test_who_speaks_anthropics_shape_is_passed_on_and_answered_untouched() -> None:
    odd = msgspec.json.encode(SAID | {"what_may_come": 1.50}).replace(b'"msg_1"', b'"msg\\u005f1"')
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(odd)
    async with anthropic(head + odd) as (it, heard):
        answer = await it.answer(native())
    assert answer.body is not None
    assert msgspec.json.encode(answer.body) == odd
    assert (answer.shape, answer.output, answer.finish, answer.usage.input_tokens) == (
        "messages",
        "On Monday.",
        "stop",
        9,
    )
    expected = {name: value for name, value in CALLERS.items() if name not in ("stream", "ratchet")}
    assert heard.bodies[0] == expected | {"model": "claude-x"}


async def test_events_of_anthropics_shape_are_passed_on_untouched() -> None:
    async with anthropic(STREAM, chunked(WHOLE), END) as (it, heard):
        pieces = await all_of(it, native())
    assert b"".join(b"event: %b\ndata: %b\n\n" % (piece.event.encode(), piece.data) for piece in pieces) == WHOLE
    assert {piece.shape for piece in pieces} == {"messages"}
    assert "".join(piece.text for piece in pieces) == "On Monday."
    assert [piece.finish for piece in pieces if piece.finish] == ["stop"]
    assert [piece.usage for piece in pieces if piece.usage][-1] == Usage(input_tokens=9, output_tokens=2)
    assert [piece.event for piece in pieces if piece.shows] == ["content_block_delta"] * 4
    assert heard.bodies[0]["stream"] is True


async def test_the_callers_version_and_betas_go_along() -> None:
    headers = {"anthropic-version": "2026-10-21", "anthropic-beta": "x-1,y-2"}
    async with anthropic(whole(SAID), dialect=Dialect(betas=("b-1",))) as (it, heard):
        await it.answer(native(headers=headers))
        await it.answer(asked())
        with pytest.raises(ProviderError, match="anthropic-beta"):
            await it.answer(native(headers={"anthropic-beta": "x\r\nx-api-key: stolen"}))
    assert "\r\nanthropic-version: 2026-10-21\r\n" in heard.heads[0]
    assert "\r\nanthropic-beta: b-1,x-1,y-2\r\n" in heard.heads[0]
    assert "\r\nanthropic-beta: b-1\r\n" in heard.heads[1]


async def test_thoughts_that_no_model_of_anthropics_had_are_not_sent_to_one() -> None:
    unsigned = {"type": "thinking", "thinking": "another's", "signature": ""}
    turns: list[dict[str, Any]] = [
        {"role": "user", "content": "When?"},
        {"role": "assistant", "content": [unsigned, THOUGHT, text("Hm.")]},
        {"role": "assistant", "content": [unsigned]},
        {"role": "user", "content": "So?"},
    ]
    async with anthropic(whole(SAID)) as (it, heard):
        await it.answer(native(CALLERS | {"messages": turns}))
    turns[1]["content"] = [THOUGHT, text("Hm.")]
    assert heard.bodies[0]["messages"] == [*turns[:2], turns[3]]


async def test_a_continuation_is_a_chats_whoever_asked() -> None:
    going_on = native(CALLERS | {"messages": CALLERS["messages"][:1]}, so_far="On ")
    async with anthropic(
        STREAM, chunked(sse(events_of(message(text(" Monday."))))), END, dialect=Dialect(continues=True)
    ) as (it, heard):
        pieces = await all_of(it, going_on)
        assert (await it.stream(going_on).__anext__())[0].shape == "chat"
    assert together(pieces)["content"] == "Monday."
    assert heard.bodies[0]["messages"][-1] == {"role": "assistant", "content": [text("On")]}
    assert heard.bodies[0]["max_tokens"] == 6
    async with anthropic(whole(SAID)) as (it, _):
        with pytest.raises(ProviderError, match="cannot go on"):
            await it.answer(going_on)


async def test_tokens_are_counted_by_anthropic() -> None:
    async with anthropic(whole({"input_tokens": 11, "context_management": {}})) as (it, heard):
        counted = await it.count_tokens(asked(fields={"temperature": 0.2, "max_tokens": 9, "user": "u"}))
        without = {name: value for name, value in CALLERS.items() if name not in ("max_tokens", "stream")}
        await it.count_tokens(native(without))
    assert msgspec.json.decode(counted["input_tokens"]) == 11
    assert heard.heads[0].startswith("POST /v1/messages/count_tokens HTTP/1.1\r\n")
    assert wrong_in_count(heard.bodies[0]) == []
    assert heard.bodies[1] == {k: v for k, v in without.items() if k != "ratchet"} | {"model": "claude-x"}


@pytest.mark.parametrize("ending", [sse(EVENTS[:-1]), WHOLE + b"data: [DONE]\n\n", WHOLE.replace(b"\n", b"\r\n")])
async def test_other_ends_than_anthropics_are_ends_too(ending: bytes) -> None:
    async with anthropic(STREAM, chunked(ending), END) as (it, _):
        assert together(await all_of(it))["content"] == "On Monday."
        assert "".join(piece.text for piece in await all_of(it, native())) == "On Monday."


async def test_events_that_are_not_known_yet_go_by() -> None:
    new = {"type": "content_weather", "delta": "sunny", "index": "x"}
    async with anthropic(STREAM, chunked(sse([EVENTS[0], new, *EVENTS[1:]])), END) as (it, _):
        assert together(await all_of(it))["content"] == "On Monday."
        assert [piece.event for piece in await all_of(it, native())][1] == "content_weather"


async def test_a_server_that_never_hangs_up_holds_nobody_up() -> None:
    async with anthropic(STREAM, chunked(WHOLE), 5.0) as (it, _):
        assert together(await all_of(it, asked(limits=TimeLimits(gap_s=0.5))))["content"] == "On Monday."


async def test_a_key_that_is_refused_is_looked_up_again(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("old")
    refusing = whole(failing("authentication_error"), 401)
    async with anthropic(refusing, key=Secret(f"file:{tmp_path}/key")) as (it, heard):
        for written in ("newer", "newest"):
            with pytest.raises(ProviderError):
                await it.answer(asked())
            (tmp_path / "key").write_text(written)
        with pytest.raises(ProviderError):
            await it.answer(asked())
    assert [head.partition("x-api-key: ")[2].split()[0] for head in heard.heads] == ["old", "newer", "newest"]


async def test_a_connection_that_breaks_after_the_answers_end_cuts_nothing_off() -> None:
    for ending in ((-1.0,), (5.0,)):
        async with anthropic(STREAM, chunked(sse(EVENTS[:-1])), 0.05, *ending) as (it, _):
            found = together(await all_of(it, asked(limits=TimeLimits(gap_s=0.2))))
        assert (found["content"], found["finish"]) == ("On Monday.", "stop")


async def test_a_model_that_thinks_for_long_is_at_work() -> None:
    begun = {"type": "content_block_start", "index": 0, "content_block": THOUGHT | {"thinking": ""}}
    pings = [bit for _ in range(6) for bit in (chunked(sse([{"type": "ping"}])), 0.05)]
    rest = [chunked(sse([{"type": "content_block_stop", "index": 0}, *EVENTS[2:]])), END]
    first: list[bytes | float] = [chunked(sse([EVENTS[0]])), 0.02, chunked(sse([begun]))]
    async with anthropic(STREAM, *first, *pings, *rest) as (it, _):
        found = together(await all_of(it, asked(limits=TimeLimits(first_s=0.15, gap_s=0.2))))
    assert found["content"] == "On Monday."
