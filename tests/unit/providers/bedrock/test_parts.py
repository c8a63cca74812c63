"""Images, documents, sounds and cache points as Converse's content blocks."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.providers.bedrock.conversing import CALLED, LLAMA, WEATHER, asking, converse, refusal

PIXEL = base64.b64encode(b"\x89PNG").decode()


def test_images_and_documents_come_as_bytes() -> None:
    document = {"filename": "Résumé, v2.final_(1).PDF", "file_data": f"data:application/pdf;base64,{PIXEL}"}
    parts = [
        {"type": "image_url", "image_url": {"url": f"data:image/jpg;base64,{PIXEL}"}},
        {"type": "file", "file": document},
        {"type": "file", "file": document},
        {"type": "file", "file": {"filename": "a.md", "file_data": PIXEL}},
        {"type": "input_audio", "input_audio": {"data": PIXEL, "format": "wav"}},
    ]
    content = converse([{"role": "user", "content": parts}])["messages"][0]["content"]
    assert content[0] == {"image": {"format": "jpeg", "source": {"bytes": PIXEL}}}
    names = [(block["document"]["format"], block["document"]["name"]) for block in content if "document" in block]
    assert names == [("pdf", "R sum v2 final (1)"), ("pdf", "R sum v2 final (1) 2"), ("md", "a")]
    assert content[4] == {"audio": {"format": "wav", "source": {"bytes": PIXEL}}}
    assert content[5] == {"text": "See the document."}  # without a word beside it Converse takes none


def test_ten_thousand_documents_of_one_name_take_no_long_time() -> None:
    file = {"type": "file", "file": {"filename": "a 2", "file_data": f"data:text/plain;base64,{PIXEL}"}}
    asking([{"role": "user", "content": [file] * 10_000}])


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(max_size=300), min_size=1, max_size=5))
def test_any_documents_name_becomes_one_that_bedrock_takes(names: list[str]) -> None:
    files = [
        {"type": "file", "file": {"filename": name, "file_data": f"data:text/plain;base64,{PIXEL}"}} for name in names
    ]
    content = converse([{"role": "user", "content": files}])["messages"][0]["content"]
    found = [block["document"]["name"] for block in content if "document" in block]
    assert len(set(found)) == len(names)
    for name in found:
        assert 1 <= len(name) <= 200
        assert name.isascii()
        assert "  " not in name
        assert all(letter.isalnum() or letter in " -()[]" for letter in name)


@pytest.mark.parametrize(
    ("kind", "value", "field"),
    [
        ("image_url", {"url": "https://x/y.png"}, "image_url.url"),
        ("image_url", {"url": "s3://b/y.png"}, "image_url.url"),
        ("image_url", {"url": "data:image/tiff;base64,AA=="}, "image_url.url"),
        ("image_url", {"url": "data:image/png;base64,"}, "image_url.url"),
        ("image_url", {"url": "data:image/png,%89"}, "image_url.url"),
        ("image_url", None, "image_url.url"),
        ("file", {"file_id": "file-1"}, "file.file_id"),
        ("file", {"filename": "a.exe", "file_data": "AA=="}, "file.file_data"),
        ("file", {"filename": "a.pdf"}, "file.file_data"),
        ("file", 7, "file"),
        ("input_audio", {"format": "midi", "data": "AA=="}, "input_audio.format"),
        ("input_audio", {"format": ["wav"]}, "input_audio.format"),
        ("input_audio", {"format": "wav"}, "input_audio.data"),
        ("video_url", {}, "type"),
        ("text", 7, "text"),
    ],
)
def test_a_part_that_cannot_be_is_refused_by_name(kind: str, value: Any, field: str) -> None:
    param, sentence = refusal(
        [{"role": "user", "content": [{"type": "text", "text": "x"}, {"type": kind, kind: value}]}]
    )
    assert param == f"messages[0].content[1].{field}"
    assert sentence.startswith(param)


def test_a_url_is_refused_with_what_to_do() -> None:
    image = {"type": "image_url", "image_url": {"url": "https://x/y.png"}}
    assert refusal([{"role": "user", "content": [image]}])[1].endswith("send it as a data URL of base64.")


def test_no_refusal_quotes_what_people_wrote() -> None:
    secret = "my diagnosis"
    for content in (
        {"type": secret},
        {"type": "text", "text": {"a": secret}},
        {"type": "image_url", "image_url": {"url": secret}},
    ):
        assert secret not in refusal([{"role": "user", "content": [content]}])[1]


def test_what_may_be_cached_is_marked_where_the_caller_says() -> None:
    marked: dict[str, Any] = {"cache_control": {"type": "ephemeral"}}
    for_an_hour = {"type": "text", "text": "x", "cache_control": {"ttl": "1h"}}
    messages = [
        {"role": "system", "content": [{"type": "text", "text": "Long.", **marked}]},
        {"role": "user", "content": [for_an_hour, {"type": "text", "text": " ", **marked}]},
    ]
    point = {"cachePoint": {"type": "default"}}
    body = converse(messages, tools=[WEATHER | marked])
    assert body["system"] == [{"text": "Long."}, point]
    assert body["messages"][0]["content"] == [{"text": "x"}, {"cachePoint": {"type": "default", "ttl": "1h"}}]
    assert body["toolConfig"]["tools"][1] == point
    assert "cachePoint" not in json.dumps(converse(messages, LLAMA, tools=[WEATHER | marked]))
    result = {"role": "tool", "tool_call_id": "b", "content": [{"type": "text", "text": "x", **marked}]}
    content = converse([*CALLED[:3], result], tools=[WEATHER])["messages"][2]["content"]
    assert content[1] == {"toolResult": {"toolUseId": "b", "content": [{"text": "x"}]}}
    assert content[2] == point
