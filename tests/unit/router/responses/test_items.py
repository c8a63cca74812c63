"""Input items as chat messages."""

from typing import Any

import pytest

from ratchet_router.shapes.responses.reasoning import Thoughts, carried
from tests.unit.router.responses.said import messages, read

USER = {"role": "user", "content": "Hi."}
BLOCKS = [{"type": "thinking", "thinking": "Let me see.", "signature": "s1g"}]


def called(name: str) -> dict[str, Any]:
    return {"id": name, "type": "function", "function": {"name": "look", "arguments": "{}"}}


def call(name: str, **how: Any) -> dict[str, Any]:
    return {"type": "function_call", "call_id": name, "name": "look", "arguments": "{}"} | how


def result(name: str, output: Any) -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": name, "output": output}


def message(role: str, *parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "message", "role": role, "content": list(parts)}


def text(said: str, kind: str = "input_text") -> dict[str, Any]:
    return {"type": kind, "text": said}


def test_a_text_is_what_a_user_says_after_the_instructions() -> None:
    assert messages() == [{"role": "user", "content": "When do we ship?"}]
    assert messages(instructions="Be brief.", input="Hi.") == [{"role": "system", "content": "Be brief."}, USER]


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (USER, USER),
        (message("user", text("Hi.")), USER),
        (message("developer", text("Be brief.")), {"role": "developer", "content": "Be brief."}),
        (message("assistant", text("On ", "output_text"), text("Monday.", "output_text")), "On Monday."),
        (message("assistant", {"type": "refusal", "refusal": "No."}), None),
        (
            message("user", text("a"), text("b")),
            {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        ),
    ],
)
def test_messages_in_all_their_forms(item: Any, said: Any) -> None:
    expected = said if isinstance(said, dict) else {"role": "assistant", "content": said}
    if said is None:
        expected["refusal"] = "No."
    assert messages(input=[item]) == [expected]


def test_images_files_and_sounds_are_parts_of_chat() -> None:
    parts: list[dict[str, Any]] = [
        {"type": "input_image", "image_url": "https://x/y.png", "detail": "low"},
        {"type": "input_image", "image_url": "data:image/png;base64,aaaa"},
        {"type": "input_file", "file_data": "data:application/pdf;base64,aaaa", "filename": "a.pdf"},
        {"type": "input_file", "file_id": "file-1"},
        {"type": "input_audio", "input_audio": {"data": "aaaa", "format": "wav"}},
    ]
    request = read(input=[message("user", *parts)])
    assert request.beyond is None
    assert request.capabilities == {"vision"}
    assert messages(input=[message("user", *parts)])[0]["content"] == [
        {"type": "image_url", "image_url": {"url": "https://x/y.png", "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,aaaa"}},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,aaaa", "filename": "a.pdf"}},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "input_audio", "input_audio": {"data": "aaaa", "format": "wav"}},
    ]


def test_calls_of_one_turn_are_one_message_with_what_was_said_before_them() -> None:
    said = message("assistant", text("Let me look.", "output_text"))
    items = [USER, said, call("a"), call("b"), result("b", "two"), result("a", "one")]
    assert messages(input=items) == [
        USER,
        {"role": "assistant", "content": "Let me look.", "tool_calls": [called("a"), called("b")]},
        {"role": "tool", "tool_call_id": "b", "content": "two"},
        {"role": "tool", "tool_call_id": "a", "content": "one"},
    ]


def test_calls_of_two_turns_are_two_messages() -> None:
    items = [USER, call("a"), result("a", "one"), call("b"), result("b", "two")]
    assert [(m["role"], len(m.get("tool_calls", ()))) for m in messages(input=items)] == [
        ("user", 0),
        ("assistant", 1),
        ("tool", 0),
        ("assistant", 1),
        ("tool", 0),
    ]


def test_what_is_said_after_a_call_stays_in_its_turn() -> None:
    after = message("assistant", text("One moment.", "output_text"))
    found = messages(input=[USER, call("a"), after, result("a", "one")])
    assert found[1] == {"role": "assistant", "content": "One moment.", "tool_calls": [called("a")]}


def test_two_answers_in_a_row_stay_two() -> None:
    said = [message("assistant", text(word, "output_text")) for word in ("one", "two")]
    assert [m["content"] for m in messages(input=said)] == ["one", "two"]


def test_the_output_of_a_function_may_have_parts() -> None:
    picture = {"type": "input_image", "image_url": "https://x/y.png"}
    found = messages(input=[call("a"), result("a", [text("See:"), picture])])
    assert found[1]["content"] == [
        {"type": "text", "text": "See:"},
        {"type": "image_url", "image_url": {"url": "https://x/y.png"}},
    ]


def test_reasoning_goes_back_to_its_model_in_the_turn_that_it_was_for() -> None:
    ours = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": carried(Thoughts("hm", BLOCKS))}
    open_one = {"type": "reasoning", "id": "rs_2", "summary": [], "content": [text("so", "reasoning_text")]}
    found = messages(input=[USER, ours, call("a"), result("a", "1"), open_one, message("assistant", text("So."))])
    assert found[1] | {"tool_calls": []} == {
        "role": "assistant",
        "content": None,
        "tool_calls": [],
        "reasoning_content": "hm",
        "thinking_blocks": BLOCKS,
    }
    assert found[3] == {"role": "assistant", "content": "So.", "reasoning_content": "so"}


def test_another_providers_reasoning_stays_out_of_chat_and_in_the_native_request() -> None:
    theirs = {"type": "reasoning", "id": "rs_1", "summary": [text("s", "summary_text")], "encrypted_content": "gAAAA"}
    request = read(input=[USER, theirs, message("assistant", text("So."))])
    assert b"gAAAA" in bytes(request.native.fields["input"])
    assert b"gAAAA" not in bytes(request.messages)
    assert request.beyond is None


def test_reasoning_that_nothing_follows_makes_no_message() -> None:
    left = {"type": "reasoning", "summary": [], "encrypted_content": carried(Thoughts("hm"))}
    assert messages(input=[USER, left, USER]) == [USER, USER]


@pytest.mark.parametrize(
    ("item", "field", "names"),
    [
        ({"type": "web_search_call", "id": "ws_1", "status": "completed"}, "input[1].type", "web_search_call"),
        ({"type": "computer_call_output", "call_id": "c", "output": {}}, "input[1].type", "computer_call_output"),
        ({"type": "mcp_call", "id": "m"}, "input[1].type", "mcp_call"),
        ({"type": "Something secret"}, "input[1].type", "not known here"),
        ({"type": "item_reference", "id": "msg_1"}, "input[1]", "previous_response_id"),
        ({"id": "msg_1"}, "input[1]", "previous_response_id"),
        (message("user", {"type": "input_image", "file_id": "file-1"}), "input[1].content[0].file_id", "URL"),
        (message("user", {"type": "input_file", "file_url": "https://x"}), "input[1].content[0].file_url", "bytes"),
        (message("user", {"type": "input_video"}), "input[1].content[0].type", "input_video"),
    ],
)
def test_what_lies_beyond_chat_is_named(item: Any, field: str, names: str) -> None:
    beyond = read(input=[USER, item]).beyond
    assert beyond is not None
    assert beyond.field == field
    assert names in beyond.message
    assert "secret" not in beyond.message
