import json
from typing import Any

import msgspec
import pytest

from ratchet_common.conversation import Reading, as_messages, read


def reading(*messages: dict[str, Any]) -> Reading:
    return read(json.dumps(messages).encode())


@pytest.mark.parametrize(
    ("documents", "question", "expected"),
    [
        (["The minutes."], "Who owes what?", Reading("The minutes.", "Who owes what?")),
        (["One.", "Two."], "", Reading("One.\n\nTwo.")),
        ([], "Who?", Reading("", "Who?")),
    ],
)
def test_what_was_asked_comes_back(documents: list[str], question: str, expected: Reading) -> None:
    assert reading(*as_messages(documents, question)) == expected


def test_without_names_the_last_user_message_is_the_document() -> None:
    said: list[dict[str, Any]] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "First."},
        {"role": "assistant", "content": "Yes?", "tool_calls": None},
        {"role": "user", "content": "Second.", "name": None},
    ]
    assert reading(*said) == Reading("Second.")


def test_of_parts_only_text_is_read() -> None:
    image = {"type": "image_url", "image_url": {}}
    parts = [{"type": "text", "text": "See"}, image, "x", {"text": 5}, {"text": "here"}]
    assert reading({"role": "user", "content": parts}) == Reading("See\nhere")


@pytest.mark.parametrize("raw", [b"null", b"[]", b'[{"role": "user"}]', b'[{"role": "user", "content": 5}]'])
def test_what_says_nothing_is_an_empty_reading(raw: bytes) -> None:
    assert read(raw) == Reading("")


@pytest.mark.parametrize("raw", [b"", b"{", b'"text"', b"[5]", b'[{"content": "no role"}]'])
def test_what_is_no_list_of_messages_is_refused(raw: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        read(raw)
