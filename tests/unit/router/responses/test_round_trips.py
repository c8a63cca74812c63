"""What a model said, sent back by its caller, is to the model what it said."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchet_router.shapes.responses.reasoning import Thoughts, brought_back, carried
from ratchet_router.shapes.responses.whole import whole
from tests.unit.router.responses.said import NOW, USED, as_json, begins, completion, messages
from tests.unit.router.responses.streams import TEXT, Said, answers

BLOCK = st.fixed_dictionaries({"type": st.just("thinking"), "thinking": TEXT, "signature": TEXT})


@pytest.mark.parametrize("asked", [{}, {"reasoning": {"summary": "detailed"}}])
@settings(deadline=None)
@given(said=answers(), blocks=st.lists(BLOCK, max_size=2))
def test_an_answer_that_is_sent_back_is_what_was_said(
    asked: dict[str, Any], said: Said, blocks: list[dict[str, Any]]
) -> None:
    message = said.message | ({"thinking_blocks": blocks} if blocks else {})
    output = as_json(whole(begins(**asked), completion(said.finish, **message), USED, now=NOW))["output"]
    _, *back = messages(input=[{"role": "user", "content": "x"}, *output])
    assert back == _expected(message)


def _expected(message: dict[str, Any]) -> list[dict[str, Any]]:
    if message["content"] or message.get("tool_calls") or message.get("refusal"):
        return [{"role": "assistant"} | message]
    if message.get("reasoning_content") or message.get("thinking_blocks"):
        return []  # reasoning that led to nothing makes no message
    return [{"role": "assistant", "content": ""}]


@given(text=TEXT, blocks=st.lists(BLOCK))
def test_reasoning_comes_back_as_it_went(text: str, blocks: list[dict[str, Any]]) -> None:
    assert brought_back(carried(Thoughts(text, blocks))) == Thoughts(text, blocks)
