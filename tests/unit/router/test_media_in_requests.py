"""Pictures, files and sounds are counted as such in whatever shape they come."""

import base64
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from ratchet_catalogue.catalogue import Catalogue
from ratchet_common.auth import Caller
from ratchet_providers.media import IMAGE_TOKENS, PAGE_TOKENS
from ratchet_router.api.asking import Asked, ask_of
from ratchet_router.api.chat_body import read_chat
from ratchet_router.api.messages import read_message_ask
from ratchet_router.ask import Ask
from ratchet_router.plan import Situation, plan
from ratchet_router.shapes.messages.read import read_count
from ratchet_router.shapes.responses.read import read_responses
from tests.unit.router.asks import NOW, ask, model

CALLER = Caller("digest", "acme", frozenset())
LARGE = "A" * 1_500_000
URL, PDF = f"data:image/png;base64,{LARGE}", f"data:application/pdf;base64,{LARGE}"
SOURCE = {"type": "base64", "media_type": "image/png", "data": LARGE}
PDF_SOURCE = {"type": "base64", "media_type": "application/pdf", "data": LARGE}
THREE_PAGES = base64.b64encode(b"%PDF-1.4\n" + b"<< /Type /Page >>\n" * 3 + bytes(1_000_000)).decode()
THREE_PAGES_URL = f"data:application/pdf;base64,{THREE_PAGES}"
THREE_PAGES_SOURCE = {"type": "base64", "media_type": "application/pdf", "data": THREE_PAGES}
Read = Callable[[bytes], Ask]


def of_chat(body: bytes) -> Ask:
    return read_chat(body, CALLER)


def of_messages(body: bytes) -> Ask:
    return read_message_ask(body, CALLER, {})


def of_responses(body: bytes) -> Ask:
    read = read_responses(body)
    asked = Asked(
        model=read.model, messages=read.messages, extras=read.extras, native=read.native, capabilities=read.capabilities
    )
    return ask_of(asked, CALLER)


def turn(*parts: Any) -> list[Any]:
    return [{"role": "user", "content": list(parts)}]


RESULT = {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "image", "source": SOURCE}]}
IMAGES = [
    (of_chat, {"messages": turn({"type": "image_url", "image_url": {"url": URL}})}),
    (
        of_chat,
        {
            "messages": [
                {"role": "tool", "content": turn({"type": "image_url", "image_url": {"url": URL}})[0]["content"]}
            ]
        },
    ),
    (of_messages, {"max_tokens": 5, "messages": turn({"type": "image", "source": SOURCE})}),
    (of_messages, {"max_tokens": 5, "messages": turn(RESULT)}),
    (of_responses, {"input": turn({"type": "input_image", "image_url": URL})}),
]
FILES = [
    (of_chat, {"messages": turn({"type": "file", "file": {"file_data": PDF}})}),
    (of_messages, {"max_tokens": 5, "messages": turn({"type": "document", "source": PDF_SOURCE})}),
    (of_responses, {"input": turn({"type": "input_file", "filename": "a.pdf", "file_data": PDF})}),
]


def read_by(read: Read, how: dict[str, Any]) -> Ask:
    return read(json.dumps({"model": "auto"} | how).encode())


@pytest.mark.parametrize(("read", "how"), IMAGES)
def test_a_large_picture_is_a_picture(read: Read, how: dict[str, Any]) -> None:
    assert IMAGE_TOKENS <= read_by(read, how).input_tokens < IMAGE_TOKENS + 100


@pytest.mark.parametrize(("read", "how"), FILES)
def test_a_large_pdf_is_its_pages(read: Read, how: dict[str, Any]) -> None:
    assert 21 * PAGE_TOKENS <= read_by(read, how).input_tokens < 21 * PAGE_TOKENS + 100


@pytest.mark.parametrize(
    ("read", "how"),
    [
        (of_chat, {"messages": turn({"type": "file", "file": {"file_data": THREE_PAGES_URL}})}),
        (of_chat, {"messages": turn({"type": "file", "file": {"file_data": THREE_PAGES}})}),
        (of_messages, {"max_tokens": 5, "messages": turn({"type": "document", "source": THREE_PAGES_SOURCE})}),
        (of_responses, {"input": turn({"type": "input_file", "filename": "a.pdf", "file_data": THREE_PAGES_URL})}),
    ],
)
def test_a_pdf_that_shows_its_pages_counts_by_them(read: Read, how: dict[str, Any]) -> None:
    assert 3 * PAGE_TOKENS <= read_by(read, how).input_tokens < 3 * PAGE_TOKENS + 100


def test_a_count_of_tokens_counts_pages_too() -> None:
    body = {"model": "auto", "messages": turn({"type": "document", "source": THREE_PAGES_SOURCE})}
    assert 3 * PAGE_TOKENS <= read_count(json.dumps(body).encode(), {}).estimated < 3 * PAGE_TOKENS + 100


@pytest.mark.parametrize(("read", "how"), [*IMAGES, *FILES])
def test_it_finds_a_model_at_the_price_of_so_many_tokens(read: Read, how: dict[str, Any]) -> None:
    sees = model("sees", "premium", "1", 20, 0.6, context_window=128_000, capabilities=("vision",))
    asked = read_by(read, how)
    found = plan(asked, "unit", Situation(Catalogue({"sees": sees}, {}), None, lambda _: 0.6, frozenset(), NOW))
    assert found.expected_tokens == asked.input_tokens + (asked.max_output_tokens or 300)
    assert found.expected_cost_usd == Decimal(found.expected_tokens) / 1_000_000


def test_text_alone_counts_as_it_ever_did() -> None:
    asked = ask("word " * 1_000)
    assert asked.input_tokens == len(memoryview(asked.messages)) // 4
