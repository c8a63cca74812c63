"""Where a stream ends: what follows an answer's end takes nothing back, and what failed is no end."""

from contextlib import aclosing
from typing import Any

import pytest

from ratchet_providers.base import ProviderError, TimeLimits
from ratchet_providers.sse import Event, Events
from ratchet_providers.transport import AFTER_THE_END_S, Patience
from tests.unit.providers.test_streams import COUNTED, END, HEAD, WHOLE, asked, chunked, provider, saying, sse

ANSWER = sse(saying("On "), saying("Monday."), saying("", "stop"))
BROKEN = {"message": "Provider disconnected", "code": "server_error"}


async def said_by(*bits: bytes | float, **how: Any) -> tuple[str, str]:
    """The text and how it ended. Raises ProviderError."""
    text, finish = "", ""
    async with provider(*bits) as (its, _):
        wanted = asked(limits=TimeLimits(first_s=1, gap_s=0.2, total_s=2), **how)
        async with aclosing(its.stream(wanted)) as coming:
            async for pieces in coming:
                text += "".join(piece.text for piece in pieces)
                finish = next((piece.finish for piece in pieces if piece.finish), finish)
    return text, finish


@pytest.mark.parametrize(
    "after",
    [
        (-1,),
        (1.0,),
        (chunked(b"data: [DO") + END,),
        (chunked(sse({"error": BROKEN})) + END,),
        (chunked(sse(saying(""), b"[DONE]")) + END,),
        (chunked(sse(saying("", usage=COUNTED["usage"]), b"[DONE]")) + END,),
    ],
    ids=["reset", "silence", "half a mark", "an error", "an empty choice", "a choice that counts"],
)
async def test_what_follows_the_end_of_an_answer_does_not_break_it(after: tuple[bytes | float, ...]) -> None:
    assert await said_by(HEAD + chunked(ANSWER), *after) == ("On Monday.", "stop")


async def test_what_may_follow_the_end_is_not_waited_for_as_long_as_an_answer() -> None:
    patience = Patience(TimeLimits(gap_s=60))
    patience.shown()
    patience.ended()
    assert patience.left_s() <= AFTER_THE_END_S


async def test_an_end_that_comes_together_with_an_error_after_it_is_still_an_end() -> None:
    assert await said_by(HEAD + chunked(ANSWER + sse({"error": BROKEN})) + END) == ("On Monday.", "stop")


@pytest.mark.parametrize(
    "failed",
    [{**saying("", "error"), "error": BROKEN}, {**saying(""), "error": BROKEN}, saying("", "error")],
    ids=["beside an end", "beside a delta", "as a reason alone"],
)
async def test_an_error_inside_a_choice_is_no_end(failed: dict[str, Any]) -> None:
    with pytest.raises(ProviderError) as broken:
        await said_by(HEAD + chunked(sse(saying("On "))), chunked(sse(failed, b"[DONE]")) + END)
    assert broken.value.kind == "unavailable"


async def test_of_several_choices_none_may_be_missing_when_it_breaks_off() -> None:
    with pytest.raises(ProviderError) as broken:
        await said_by(HEAD + chunked(ANSWER), -1, fields={"n": 2})
    assert broken.value.kind == "cut"


async def test_a_text_that_speaks_of_errors_is_none() -> None:
    text = '{"error": "none"}'
    assert await said_by(HEAD + chunked(sse(saying(text, "stop"), b"[DONE]")) + END) == (text, "stop")


async def test_a_mark_of_the_byte_order_swallows_no_text() -> None:
    assert await said_by(HEAD + chunked(b"\xef\xbb"), chunked(b"\xbf" + WHOLE) + END) == ("On Monday.", "stop")
    assert Events().feed(b"\xef\xbb\xbfdata: a\n\n") == [Event("", b"a")]
