"""An input file's lines: each for itself."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_router.batches.lines import InvalidFileError, Line, Reading
from ratchet_router.batches.splitting import LINE_MOST, RawLine, Splitting

CHAT = "/v1/chat/completions"


def line(custom_id: Any = "a", **how: Any) -> bytes:
    said = {"custom_id": custom_id, "method": "POST", "url": CHAT, "body": {"model": "auto"}}
    return json.dumps(said | how).encode()


def lines_of(content: bytes, endpoint: str, *, most: int, at_once: int = 10**9) -> list[Line]:
    """As a worker reads them, in bits of a file."""
    splitting, reading = Splitting(), Reading(endpoint, most=most)
    bits = [content[first : first + at_once] for first in range(0, len(content), at_once)]
    raw = [line for bit in bits for line in splitting.feed(bit)] + splitting.end()
    found = [reading.line(one) for one in raw]
    reading.end()
    return found


def codes(content: bytes) -> list[tuple[int, str]]:
    return [(one.number, one.wrong.code if one.wrong else "") for one in lines_of(content, CHAT, most=100)]


def test_a_request_keeps_its_number_and_its_body() -> None:
    found = lines_of(b"\n" + line("a") + b"\r\n\n" + line("b"), CHAT, most=2)
    assert [(one.number, one.custom_id, one.body, one.wrong) for one in found] == [
        (2, "a", b'{"model": "auto"}', None),
        (4, "b", b'{"model": "auto"}', None),
    ]


def test_a_broken_line_leaves_the_others_alone() -> None:
    assert codes(line("a") + b"\n{\n" + line("b")) == [(1, ""), (2, "invalid_json_line"), (3, "")]


def test_the_mark_that_editors_put_before_a_file_belongs_to_no_line() -> None:
    assert codes(b"\xef\xbb\xbf" + line("a") + b"\n" + line("b")) == [(1, ""), (2, "")]
    assert codes(line("a") + b"\n\xef\xbb\xbf" + line("b")) == [(1, ""), (2, "invalid_json_line")]


def test_the_second_of_one_name_fails_and_the_first_does_not() -> None:
    assert codes(line("a") + b"\n" + line("a")) == [(1, ""), (2, "duplicate_custom_id")]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (line(url="/v1/embeddings"), "mismatched_endpoint"),
        (line(method="GET"), "invalid_method"),
        (line(body=[1]), "missing_required_parameter"),
        (line(body=None), "missing_required_parameter"),
        (line(7), "missing_required_parameter"),
        (line("x" * 513), "missing_required_parameter"),
        (b"[" * 100_000, "invalid_json_line"),
        (b'{"custom_id": NaN}', "invalid_json_line"),
        (b'{"custom_id": "\xff"}', "invalid_json_line"),
    ],
)
def test_what_is_wrong_with_a_line_is_named(said: bytes, code: str) -> None:
    assert codes(said) == [(1, code)]


@pytest.mark.parametrize(("content", "code"), [(b"", "empty_file"), (b" \n\n", "empty_file")])
def test_a_file_without_requests_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(InvalidFileError) as refused:
        lines_of(content, CHAT, most=10)
    assert refused.value.error.code == code


def test_too_many_requests_are_refused_with_the_number() -> None:
    with pytest.raises(InvalidFileError, match="more than 2 requests"):
        lines_of(b"\n".join(line(str(n)) for n in range(3)), CHAT, most=2)


@given(st.binary(min_size=1))
def test_whatever_is_uploaded_gives_lines_or_one_sentence(content: bytes) -> None:
    with contextlib.suppress(InvalidFileError):
        found = lines_of(content, CHAT, most=50)
        assert all((one.wrong is None) == bool(one.body) for one in found)


@given(st.lists(st.sampled_from([b"", b" ", b"{}", line("a"), line("b"), b"no"]), max_size=8), st.integers(1, 200))
def test_lines_are_the_same_however_the_file_is_cut(lines: list[bytes], at_once: int) -> None:
    content = b"\n".join(lines)
    splitting = Splitting()
    cut = [content[first : first + at_once] for first in range(0, len(content), at_once)]
    found = [one for bit in cut for one in splitting.feed(bit)] + splitting.end()
    assert found == [RawLine(number, one) for number, one in enumerate(lines, 1) if one.strip()]


def test_a_line_that_is_too_long_fails_alone_and_is_not_kept() -> None:
    content = line("a") + b"\n" + b"x" * (LINE_MOST + 1) + b"\n" + line("b")
    found = lines_of(content, CHAT, most=10, at_once=100_000)
    assert [(one.number, one.wrong.code if one.wrong else "") for one in found] == [
        (1, ""),
        (2, "line_too_long"),
        (3, ""),
    ]
