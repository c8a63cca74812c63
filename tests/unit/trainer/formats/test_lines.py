"""What is written in a format, its own rules take; and what platforms refuse is refused, with the reason."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from google.genai.types import Content
from hypothesis import given
from hypothesis import strategies as st

from ratchet_trainer.formats.bedrock import RESERVED
from ratchet_trainer.formats.known import FORMATS
from ratchet_trainer.formats.lesson import Lesson

some_text = st.text(min_size=1).filter(str.strip).filter(lambda text: not any(word in text for word in RESERVED))
lessons = st.builds(
    Lesson,
    system=st.just("") | some_text,
    user=some_text,
    wanted=some_text,
    rejected=st.none() | some_text,
).filter(lambda lesson: lesson.rejected != lesson.wanted)


@given(lesson=lessons)
@pytest.mark.parametrize("name", FORMATS)
def test_every_lesson_makes_a_line_that_is_taken_or_none(name: str, lesson: Lesson) -> None:
    format_ = FORMATS[name]
    line = format_.line(lesson)
    if line is None:
        assert name == "openai_preference"
        assert lesson.rejected is None
        return
    assert line.count(b"\n") == 1
    assert format_.fault(line.rstrip(b"\n")) is None


@given(lesson=lessons)
@pytest.mark.parametrize("name", FORMATS)
def test_all_texts_of_the_lesson_are_in_the_line(name: str, lesson: Lesson) -> None:
    line = FORMATS[name].line(lesson)
    said = "\0".join(texts_in(json.loads(line))) if line else ""
    if line:
        assert lesson.user in said
        assert lesson.system in said or name == "embedding_pairs"
        assert lesson.wanted in said


def texts_in(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts: Sequence[Any] = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for part in parts for text in texts_in(part)]


def test_the_sdk_of_gemini_reads_the_turns() -> None:
    line = json.loads(FORMATS["gemini"].line(Lesson("Be brief.", "Why?", "Because.")) or b"")
    assert [Content.model_validate(one).role for one in line["contents"]] == ["user", "model"]
    system = Content.model_validate(line["systemInstruction"])
    assert system.parts is not None
    assert system.parts[0].text == "Be brief."


def turn(role: str, content: Any = "words", **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def nova(*roles: str, text: str = "words") -> dict[str, Any]:
    turns = [{"role": role, "content": [{"text": text}]} for role in roles]
    return {"schemaVersion": "bedrock-conversation-2024", "messages": turns}


def contents(*roles: str) -> dict[str, Any]:
    return {"contents": [{"role": role, "parts": [{"text": "words"}]} for role in roles]}


def pair(wanted: Any, rejected: Any, *asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "input": {"messages": list(asked) or [turn("user")]},
        "preferred_output": wanted,
        "non_preferred_output": rejected,
    }


def said_to(*answer: Any, **more: Any) -> dict[str, Any]:
    return {"messages": [turn("user"), turn("assistant", list(answer) or None, **more)]}


def calling(**call: Any) -> dict[str, Any]:
    whole = {"id": "c1", "type": "function", "function": {"name": "look_up", "arguments": "{}"}} | call
    return {name: value for name, value in whole.items() if value is not None}


TEXT, BLANK, IMAGE = (
    {"type": "text", "text": "words"},
    {"type": "text", "text": " "},
    {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
)
GOOD, BAD = [turn("assistant", "good")], [turn("assistant", "bad")]

REFUSED: list[tuple[str, Any, str]] = [
    ("openai", {"messages": []}, "last message must be the assistant's"),
    ("openai", {"messages": [turn("user")]}, "last message must be the assistant's"),
    ("openai", {"messages": [turn("assistant")]}, "no message is the user's"),
    ("openai", {"messages": [turn("user"), turn("assistant", " ")]}, "message 2, the assistant's, is empty"),
    ("openai", {"messages": [turn("user", ""), turn("assistant")]}, "message 1, the user's, is empty"),
    ("openai", {"messages": [turn("user", weight=1), turn("assistant")]}, "message 1 has a weight"),
    ("openai", {"messages": [turn("user"), turn("assistant", weight=0)]}, "nothing to learn"),
    ("openai", {"messages": [turn("robot"), turn("assistant")]}, "none of those that are allowed, at $.messages"),
    ("openai", {"messages": [turn("user", 3), turn("assistant")]}, "$.messages[0].content"),
    ("openai", {"messages": [turn("user"), turn("tool"), turn("assistant")]}, "names none in tool_call_id"),
    ("openai", {"messages": [turn("user"), turn("assistant")], "colour": 1}, "unknown field `colour`"),
    ("openai", said_to(BLANK), "message 2, the assistant's, is empty"),
    ("openai", said_to({"type": "text"}), "part 1 of message 2 has no text"),
    ("openai", said_to(TEXT, IMAGE), "part 2 of message 2 is an image, which only a user's message may have"),
    ("openai", said_to({"text": "words"}), "part 1 of message 2 is none of what the assistant's may have"),
    ("openai", {"messages": [turn("user", [BLANK]), turn("assistant")]}, "message 1, the user's, is empty"),
    ("openai", {"messages": [turn("user", []), turn("assistant")]}, "message 1 is an empty list"),
    ("openai", {"messages": [turn("user", [IMAGE | {"image_url": {}}]), turn("assistant")]}, "without its image_url"),
    ("openai", said_to(tool_calls=[calling(function=None)]), "missing required field `function`"),
    ("openai", said_to(tool_calls=[calling(id=None)]), "missing required field `id`"),
    ("openai", said_to(tool_calls=[calling(function={"name": "look up", "arguments": ""})]), "matching regex"),
    ("openai", {"messages": [turn("user", tool_calls=[calling()]), turn("assistant")]}, "message 1 calls a tool"),
    ("openai", {"messages": [turn("user", name="a b"), turn("assistant")]}, "the name of message 1 has blanks"),
    (
        "openai",
        {"messages": [turn("user"), turn("tool", tool_call_id="c1"), turn("assistant")]},
        "message 2 answers a tool call that no message before it makes",
    ),
    ("openai", {}, "missing required field `messages`"),
    ("openai_preference", pair(GOOD, GOOD), "both of its outputs are the same"),
    ("openai_preference", pair([], BAD), "preferred_output must be one message"),
    ("openai_preference", pair(GOOD, [turn("assistant", "")]), "non_preferred_output must be a text"),
    ("openai_preference", pair(GOOD, BAD, turn("assistant")), "must end with the user's message"),
    ("chat", {"messages": [turn("user"), turn("user"), turn("assistant")]}, "messages 1 and 2 are both the user's"),
    ("chat", {"messages": [turn("user"), turn("assistant")], "tools": [{}]}, "it has tools"),
    (
        "chat",
        {"messages": [turn("user"), turn("system"), turn("assistant")]},
        "message 2 is the system's, which may only be the first",
    ),
    (
        "chat",
        {"messages": [turn("system"), turn("system"), turn("user"), turn("assistant")]},
        "message 2 is the system's, which may only be the first, and only once",
    ),
    (
        "chat",
        {"messages": [turn("system"), turn("user"), turn("user"), turn("assistant")]},
        "messages 2 and 3 are both the user's",
    ),
    ("chat", {"messages": [turn("user"), turn("tool"), turn("assistant")]}, "message 2 is the tool's"),
    ("chat", {"messages": [turn("developer"), turn("user"), turn("assistant")]}, "message 1 is the developer's"),
    ("chat", {"messages": [turn("user"), turn("assistant", tool_calls=[calling()])]}, "it has tools"),
    ("bedrock_claude", {"messages": [turn("assistant"), turn("user")]}, "its first message is the assistant's"),
    ("bedrock_claude", {"messages": [turn("user")]}, "its last message is the user's"),
    ("bedrock_claude", {"messages": [turn("user"), turn("assistant", "")]}, "message 2 is empty"),
    ("bedrock_claude", {"messages": [turn("system"), turn("assistant")]}, "none of those that are allowed"),
    ("bedrock_claude", {"messages": []}, "it has no messages"),
    ("bedrock_nova", nova("user", "user"), "its last message is the user's"),
    ("bedrock_nova", nova("user", "assistant", text="User: hello"), "it holds User:"),
    ("bedrock_nova", nova("user", "assistant") | {"schemaVersion": " "}, "its schemaVersion is empty"),
    ("bedrock_nova", nova("user", "assistant") | {"schemaVersion": 2024}, "at $.schemaVersion"),
    ("bedrock_llama", {"prompt": "", "completion": "x"}, "its prompt is empty"),
    ("bedrock_llama", {"prompt": "x", "completion": "\n"}, "its completion is empty"),
    ("embedding_pairs", {"anchor": "words", "positive": " "}, "its positive is empty"),
    ("embedding_pairs", {"anchor": "words"}, "missing required field `positive`"),
    ("gemini", contents("user", "user", "model"), "messages 1 and 2 are both the user's"),
    ("gemini", contents("user", "assistant"), "none of those that are allowed"),
    ("gemini", {"contents": [{"role": "user", "parts": []}, *contents("model")["contents"]]}, "message 1 is empty"),
]


@pytest.mark.parametrize(("name", "record", "why"), REFUSED)
def test_what_a_platform_refuses_is_refused_with_the_reason(name: str, record: Any, why: str) -> None:
    fault = FORMATS[name].fault(json.dumps(record).encode())
    assert fault is not None
    assert why in fault


TAKEN: list[tuple[str, Any]] = [
    ("openai", {"messages": [turn("user"), turn("system"), turn("assistant")]}),
    ("openai", {"messages": [turn("user", "words", name="reader_1"), turn("user", [IMAGE]), turn("assistant")]}),
    ("openai", said_to(BLANK, TEXT)),
    ("openai", said_to({"type": "refusal", "refusal": "words"})),
    ("openai", said_to(tool_calls=[calling()])),
    (
        "openai",
        {
            "messages": [
                turn("user"),
                turn("assistant", None, tool_calls=[calling()]),
                turn("tool", tool_call_id="c1"),
                turn("assistant"),
            ]
        },
    ),
    ("chat", {"messages": [turn("system"), turn("user"), turn("assistant"), turn("user"), turn("assistant")]}),
    ("bedrock_nova", nova("user", "assistant") | {"schemaVersion": "any text"}),
]


@pytest.mark.parametrize(("name", "record"), TAKEN)
def test_what_a_platform_takes_is_taken(name: str, record: Any) -> None:
    assert FORMATS[name].fault(json.dumps(record).encode()) is None


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"null", b'"text"', b'{"a":"\xff"}', b"[" * 100_000, b"{}"])
def test_what_is_no_record_is_refused(name: str, line: bytes) -> None:
    assert FORMATS[name].fault(line)


def test_a_reason_tells_nothing_of_the_text() -> None:
    said = json.dumps({"messages": [turn("my secret is 42"), turn("assistant", {"my secret": 42})]}).encode()
    for format_ in FORMATS.values():
        assert "secret" not in (format_.fault(said) or "")


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_whose_lines_end_with_cr_alone_is_said_to_be_one(name: str) -> None:
    line = (FORMATS[name].line(Lesson("Be brief.", "Why?", "Because.", "So.")) or b"").rstrip()
    assert FORMATS[name].fault(line + b"\r") is None
    assert "save the file with LF" in (FORMATS[name].fault(line + b"\r" + line) or "")
    assert "LF" not in (FORMATS[name].fault(line[:-1] + b"\r") or "")
