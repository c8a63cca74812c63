import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_providers.media import (
    IMAGE_TOKENS,
    MOST_TOKENS_OF_FILE,
    NO_MEDIA,
    PAGE_TOKENS,
    Media,
    is_media,
    media_in,
)
from ratchet_providers.usage import estimated_of

LARGE = "A" * 1_500_000
TEXT = {"type": "text", "text": "What is this?"}


def image(data: str = LARGE) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}


def file(data: str = LARGE, kind: str = "application/pdf") -> dict[str, Any]:
    return {"type": "file", "file": {"filename": "a.pdf", "file_data": f"data:{kind};base64,{data}"}}


def sound(data: str = LARGE) -> dict[str, Any]:
    return {"type": "input_audio", "input_audio": {"data": data, "format": "mp3"}}


def of(*parts: Any) -> Media:
    return media_in(msgspec.Raw(json.dumps([{"role": "user", "content": list(parts)}]).encode()))


@pytest.mark.parametrize("wrong", ["x", 7, None, [], {}, {"file_data": None}, {"file_data": 7}])
def test_a_file_that_is_none_counts_as_a_page(wrong: Any) -> None:
    assert of({"type": "file", "file": wrong}).tokens == PAGE_TOKENS


def test_a_picture_counts_the_same_whatever_its_size() -> None:
    assert of(TEXT, image()).tokens == of(image("AA")).tokens == IMAGE_TOKENS
    assert of(image(), image()).tokens == 2 * IMAGE_TOKENS


def test_what_is_no_text_is_the_part_to_the_byte() -> None:
    assert of(TEXT, image("AA")).size == len(json.dumps(image("AA")))


def test_a_pdf_counts_by_its_size_up_to_a_limit() -> None:
    assert of(file("A")).tokens == PAGE_TOKENS
    assert of(file()).tokens == 21 * PAGE_TOKENS
    assert of(file(LARGE * 10)).tokens == MOST_TOKENS_OF_FILE
    assert of({"type": "file", "file": {"file_id": "file-1"}}).tokens == PAGE_TOKENS


def test_a_text_in_a_file_counts_as_text() -> None:
    assert of(file("A" * 16_000, "text/plain")).tokens == pytest.approx(3_000, abs=10)


def test_sound_counts_by_its_size_up_to_a_limit() -> None:
    assert of(sound("A" * 50_000)).tokens == pytest.approx(100, abs=1)
    assert of(sound("A" * 90_000_000)).tokens == MOST_TOKENS_OF_FILE


@pytest.mark.parametrize(
    "messages",
    [
        None,
        [],
        [{"role": "user"}],
        [{"content": None}],
        [{"content": "[x"}],
        [{"content": [TEXT, {"type": ["x"]}, {}]}],
    ],
)
def test_where_there_is_only_text_there_is_nothing_to_count(messages: Any) -> None:
    assert media_in(msgspec.Raw(json.dumps(messages).encode())) is NO_MEDIA


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_no_type_is_too_odd_to_be_asked_about(kind: Any) -> None:
    assert is_media(kind) == (kind in ["image_url", "file", "input_audio", "audio_url", "video_url"])


def test_a_usage_that_is_estimated_counts_pictures_as_pictures_too() -> None:
    messages = [{"role": "user", "content": [TEXT, image()]}]
    for asked in (messages, msgspec.Raw(msgspec.json.encode(messages))):
        used = estimated_of(asked, "A cat.")
        assert used.estimated
        assert IMAGE_TOKENS < used.input_tokens < IMAGE_TOKENS + 30


@given(st.lists(st.text(), min_size=1))
def test_a_usage_of_text_is_estimated_as_ever(texts: list[str]) -> None:
    messages = msgspec.json.encode([{"role": "user", "content": text} for text in texts])
    assert estimated_of(msgspec.Raw(messages), "").input_tokens == -(-len(messages) // 4)
