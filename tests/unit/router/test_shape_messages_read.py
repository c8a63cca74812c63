"""A request in Anthropic's shape, read as a chat and as it came."""

from typing import Any

import msgspec
import pytest

from ratchet_router.shapes.messages.read import MessagesRequest, read_messages

TOOL = {"name": "look", "description": "Looks.", "input_schema": {"type": "object"}, "strict": True}
PDF = {"type": "base64", "media_type": "application/pdf", "data": "AA"}
CLOSED = {"type": "object", "properties": {"n": {}}, "required": ["n"], "additionalProperties": False}


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def body(*turns: dict[str, Any], **how: Any) -> bytes:
    return msgspec.json.encode({"model": "auto", "max_tokens": 9, "messages": list(turns) or [user("When?")], **how})


def read(*turns: dict[str, Any], **how: Any) -> MessagesRequest:
    return read_messages(body(*turns, **how), {})


def chat(*turns: dict[str, Any], **how: Any) -> Any:
    return msgspec.json.decode(read(*turns, **how).messages)


def fields(**how: Any) -> dict[str, Any]:
    return {name: msgspec.json.decode(value) for name, value in read(**how).fields.items()}


def test_what_is_asked_is_a_chat_and_stays_as_it_came() -> None:
    given = body(user("When?"), system="Brief.", what_may_come=1.50, ratchet={"tags": ["x"]}, stream=True)
    asked = read_messages(given, {"anthropic-version": "2023-06-01", "anthropic-beta": "a-1, b-2", "cookie": "c"})
    assert msgspec.json.decode(asked.messages) == [{"role": "system", "content": "Brief."}, user("When?")]
    assert (asked.model, asked.max_output_tokens, asked.stream, asked.user) == ("auto", 9, True, None)
    assert asked.extras == msgspec.Raw(b'{"tags":["x"]}')
    assert asked.native.shape == "messages"
    assert bytes(asked.native.fields["messages"]) == b'[{"role":"user","content":"When?"}]'
    assert bytes(asked.native.fields["what_may_come"]) == b"1.5"
    assert "ratchet" not in asked.native.fields
    assert asked.native.headers == {"anthropic-version": "2023-06-01", "anthropic-beta": "a-1, b-2"}


def test_texts_stay_apart_for_the_user_and_flow_together_for_the_model() -> None:
    two = [{"type": "text", "text": "On "}, {"type": "text", "text": "Monday."}]
    assert chat(user(two), {"role": "assistant", "content": two}, user(two[:1])) == [
        {"role": "user", "content": two},
        {"role": "assistant", "content": "On Monday."},
        {"role": "user", "content": "On "},
    ]


def test_calls_results_and_what_is_said_beside_them() -> None:
    calls = [
        {"type": "text", "text": "Let me see."},
        {"type": "tool_use", "id": "a", "name": "look", "input": {"x": 1.0}},
        {"type": "tool_use", "id": "b", "name": "look", "input": {}},
    ]
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}}
    results = [
        {"type": "tool_result", "tool_use_id": "a", "content": [{"type": "text", "text": "seen"}, picture]},
        {"type": "tool_result", "tool_use_id": "b", "content": "no", "is_error": True},
        {"type": "text", "text": "So?"},
    ]
    assert chat(user("go"), {"role": "assistant", "content": calls}, user(results)) == [
        user("go"),
        {
            "role": "assistant",
            "content": "Let me see.",
            "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": "look", "arguments": '{"x":1.0}'}},
                {"id": "b", "type": "function", "function": {"name": "look", "arguments": "{}"}},
            ],
        },
        {
            "role": "tool",
            "tool_call_id": "a",
            "content": [
                {"type": "text", "text": "seen"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
            ],
        },
        {"role": "tool", "tool_call_id": "b", "content": "no", "is_error": True},
        user("So?"),
    ]


def test_marks_of_what_to_cache_go_along() -> None:
    mark = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
    brief = {"type": "text", "text": "Brief.", **mark}
    seen = {"type": "tool_result", "tool_use_id": "a", "content": "seen", **mark}
    call = {"type": "tool_use", "id": "a", "name": "look", "input": {}}
    said = chat({"role": "assistant", "content": [brief, call]}, user([seen, brief]), system=[brief])
    assert [message["content"] for message in said] == [
        [brief],
        [brief],
        [{"type": "text", "text": "seen", **mark}],
        [brief],
    ]
    assert fields(tools=[TOOL | mark])["tools"][0]["cache_control"] == mark["cache_control"]
    assert chat(user([{"type": "text", "text": "When?", "cache_control": None}])) == [user("When?")]


def test_thoughts_keep_their_signatures() -> None:
    thoughts = [
        {"type": "thinking", "thinking": "hm", "signature": "S"},
        {"type": "redacted_thinking", "data": "D"},
    ]
    said = chat(user("go"), {"role": "assistant", "content": [*thoughts, {"type": "text", "text": "ok"}]})[1]
    assert (said["thinking_blocks"], said["reasoning_content"], said["content"]) == (thoughts, "hm", "ok")


@pytest.mark.parametrize(
    ("block", "part"),
    [
        (
            {"type": "image", "source": {"type": "url", "url": "https://e.com/a.png"}},
            {"type": "image_url", "image_url": {"url": "https://e.com/a.png"}},
        ),
        (
            {"type": "document", "title": "a", "source": PDF},
            {"type": "file", "file": {"filename": "a", "file_data": "data:application/pdf;base64,AA"}},
        ),
        (
            {"type": "document", "title": "T", "source": {"type": "text", "media_type": "text/plain", "data": "words"}},
            {"type": "text", "text": "T\n\nwords"},
        ),
        (
            {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "words"}]}},
            {"type": "text", "text": "words"},
        ),
        (
            {"type": "search_result", "source": "s", "title": "T", "content": [{"type": "text", "text": "words"}]},
            {"type": "text", "text": "T\ns\n\nwords"},
        ),
    ],
)  # fmt: skip
def test_a_block_becomes_a_part(block: dict[str, Any], part: dict[str, Any]) -> None:
    asking = {"type": "text", "text": "What is this?"}
    assert chat(user([block, asking]))[0]["content"] == [part, asking]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "image", "source": {"type": "file", "file_id": "file_1"}},
        {"type": "document", "source": {"type": "url", "url": "https://e.com/a.pdf"}},
        {"type": "container_upload", "file_id": "file_1"},
        {"type": "what_may_come", "text": 7, "source": [], "data": {}},
    ],
)
def test_what_chat_has_no_place_for_stays_and_is_refused_by_who_does_not_know_it(block: dict[str, Any]) -> None:
    assert chat(user([block]))[0]["content"] == [block]


def test_what_the_system_says_in_the_middle_stays_there() -> None:
    said = chat(
        user("a"), {"role": "system", "content": "Now in French."}, user("b"), system=[{"type": "text", "text": "S"}]
    )
    assert [(message["role"], message["content"]) for message in said] == [
        ("system", "S"),
        ("user", "a"),
        ("system", "Now in French."),
        ("user", "b"),
    ]


def test_settings_have_other_names_in_a_chat() -> None:
    found = fields(
        temperature=0.5, top_p=0.9, top_k=5, stop_sequences=["END"], metadata={"user_id": "u"}, service_tier="auto"
    )
    assert found == {"temperature": 0.5, "top_p": 0.9, "top_k": 5, "stop": ["END"], "user": "u"}
    assert fields(what_may_come=[1]) == {"what_may_come": [1]}


def test_the_user_of_the_metadata_is_who_asks() -> None:
    assert read(metadata={"user_id": "u"}).user == "u"


def test_tools_and_choices() -> None:
    search = {"type": "web_search_20250305", "name": "web_search"}
    found = fields(tools=[TOOL, search], tool_choice={"type": "any", "disable_parallel_tool_use": True})
    function = {"name": "look", "parameters": {"type": "object"}, "description": "Looks.", "strict": True}
    assert found["tools"] == [{"type": "function", "function": function}, search]
    assert (found["tool_choice"], found["parallel_tool_calls"]) == ("required", False)
    named = {"type": "function", "function": {"name": "look"}}
    assert fields(tools=[TOOL], tool_choice={"type": "tool", "name": "look"})["tool_choice"] == named
    assert "tool_choice" not in fields(tool_choice={"type": "auto"})


@pytest.mark.parametrize(
    ("how", "effort"),
    [
        ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, "low"),
        ({"thinking": {"type": "enabled", "budget_tokens": 8000}}, "medium"),
        ({"thinking": {"type": "enabled", "budget_tokens": 30000}}, "high"),
        ({"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}}, "xhigh"),
        ({"output_config": {"effort": "low"}}, "low"),
        ({"thinking": {"type": "adaptive"}}, None),
        ({"thinking": {"type": "disabled"}, "output_config": {"effort": "high"}}, None),
    ],
)
def test_how_hard_to_think(how: dict[str, Any], effort: str | None) -> None:
    assert fields(**how).get("reasoning_effort") == effort


def test_a_form_of_the_answer() -> None:
    loose = {"type": "object", "properties": {"n": {}}}
    for schema, strict in ((CLOSED, True), (loose, False), ({"anyOf": [CLOSED, loose]}, False)):
        form = {"type": "json_schema", "schema": schema}
        expected = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": strict}}
        assert fields(output_config={"format": form})["response_format"] == expected
        assert fields(output_format=form)["response_format"] == expected


def test_what_a_model_must_be_able_to_do() -> None:
    picture = {"type": "image", "source": {"type": "url", "url": "https://e.com/a.png"}}
    assert read().capabilities == frozenset()
    assert read(user([picture]), tools=[TOOL]).capabilities == {"vision", "tools"}
    assert read(output_config={"format": {"type": "json_schema", "schema": CLOSED}}).capabilities == {"json"}


def test_a_limit_of_none_is_for_keeping_a_prompt_and_no_limit_for_others() -> None:
    asked = read(max_tokens=0)
    assert (asked.max_output_tokens, asked.native.fields["max_tokens"]) == (None, msgspec.Raw(b"0"))
