"""What a server has cut in half is whole again, as the clients that read it directly make it."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ratchet_providers.chat_answer import understood
from ratchet_providers.halves import Halves
from tests.unit.providers.test_streams import END, HEAD, all_of, asked, chunked, provider, saying, sse

SMILE = "\ud83d\ude00"  # as two units, the way that a server in JavaScript has it


def cut(text: str, finish: str | None = None) -> bytes:
    return json.dumps(saying(text, finish)).encode()


async def streamed(*events: Any) -> str:
    async with provider(HEAD, chunked(sse(*events, b"[DONE]")), END) as (openai, _):
        return "".join(piece.text for piece in await all_of(openai))


async def test_halves_in_two_chunks_are_one_character() -> None:
    assert await streamed(cut("Hi " + SMILE[0]), cut(SMILE[1] + " there"), saying("", "stop")) == "Hi 😀 there"
    assert await streamed(cut("Hi " + SMILE[0]), saying("", "stop")) == "Hi "
    assert await streamed(cut(SMILE[1]), saying("", "stop")) == "\ufffd"


def test_an_answer_that_ends_in_half_a_character_is_an_answer() -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hi " + SMILE[0]}, "finish_reason": "length"}
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    answer = understood(json.dumps(body).encode(), asked())
    assert (answer.output, answer.finish) == ("Hi \ufffd", "length")


@given(st.text(), st.data())
def test_wherever_it_is_cut_nothing_is_lost(text: str, data: st.DataObject) -> None:
    units = [text.encode("utf-16-le")[at : at + 2] for at in range(0, len(text.encode("utf-16-le")), 2)]
    at = data.draw(st.integers(0, len(units)))
    halves, found = Halves(), ""
    for part in (units[:at], units[at:]):
        raw = cut(b"".join(part).decode("utf-16-le", "surrogatepass"))
        joined = halves.joined(raw) or raw
        found += json.loads(joined)["choices"][0]["delta"]["content"]
    assert found == text
