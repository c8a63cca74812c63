"""What came in another shape goes to OpenAI without what it would refuse, and without losing what was meant."""

from typing import Any

import msgspec
from openai.types.chat import ChatCompletionMessageParam
from pydantic import TypeAdapter

from ratchet_providers.strict_chat import as_openai_takes, unmarked_tools

PICTURE = {"type": "image_url", "image_url": {"url": "https://e.com/a.png"}}
CALL = {"id": "a", "type": "function", "function": {"name": "look", "arguments": "{}"}}
openais = TypeAdapter[list[ChatCompletionMessageParam]](list[ChatCompletionMessageParam])


def taken(*messages: dict[str, Any], thoughts: bool = False, extra: bool = False) -> list[dict[str, Any]]:
    found = as_openai_takes(msgspec.Raw(msgspec.json.encode(messages)), thoughts=thoughts, extra=extra)
    if not (thoughts or extra):
        openais.validate_python(found)
    return found


def result(content: Any, **how: Any) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": "a", "content": content, **how}


def test_what_openai_takes_stays_as_it_is() -> None:
    said: list[dict[str, Any]] = [
        {"role": "system", "content": "Brief."},
        {"role": "user", "content": [{"type": "text", "text": "What is it?"}, PICTURE]},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        result("seen"),
    ]
    assert taken(*said) == said


def test_marks_of_what_to_cache_are_for_others() -> None:
    marked = {"type": "text", "text": "Brief.", "cache_control": {"type": "ephemeral"}}
    said = taken(
        {"role": "system", "content": [marked]},
        {"role": "user", "content": [marked, PICTURE | {"cache_control": {"type": "ephemeral"}}]},
        {"role": "assistant", "content": [marked, {"type": "text", "text": " Go on."}], "tool_calls": [CALL]},
        result([marked]),
    )
    assert [message["content"] for message in said] == [
        "Brief.",
        [{"type": "text", "text": "Brief."}, PICTURE],
        "Brief. Go on.",
        "Brief.",
    ]
    tool = {"type": "function", "function": {"name": "look"}}
    assert unmarked_tools([tool | {"cache_control": {"type": "ephemeral"}}, tool]) == [tool, tool]
    assert unmarked_tools([tool]) == [tool]


def test_what_comes_with_a_call_goes_to_those_alone_who_want_it_back() -> None:
    extra = {"extra_content": {"google": {"thought_signature": "S"}}}
    signed = {"role": "assistant", "content": "", "tool_calls": [CALL | extra], **extra}
    assert taken(signed) == [{"role": "assistant", "content": "", "tool_calls": [CALL]}]
    assert taken(signed, extra=True) == [signed]


def test_thoughts_go_to_those_alone_who_take_them() -> None:
    thought = {"thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "S"}], "reasoning_content": "hm"}
    said = {"role": "assistant", "content": "ok"}
    assert taken(said | thought) == [said]
    assert taken(said | thought, thoughts=True) == [said | {"reasoning_content": "hm"}]


def test_a_tools_failure_is_said_in_words() -> None:
    assert taken(result("No such file.", is_error=True)) == [result("The tool failed.\nNo such file.")]
    assert taken(result("", is_error=True)) == [result("The tool failed.")]


def test_what_tools_gave_to_look_at_is_shown_after_all_results() -> None:
    two = [result([{"type": "text", "text": "Here:"}, PICTURE]), result([PICTURE])]
    shown = {"role": "user", "content": [PICTURE, PICTURE]}
    texts = [result("Here:"), result("What the tool gave stands below.")]
    assert taken(*two) == [*texts, shown]
    assert taken(*two, {"role": "user", "content": "So?"}) == [*texts, shown, {"role": "user", "content": "So?"}]
