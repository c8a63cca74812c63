import base64
import random
import zlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_providers.media import MOST_TOKENS_OF_FILE, PAGE_TOKENS, document_tokens
from ratchet_providers.pdf_pages import MOST, READ, pages_in

NOISE = random.Random(7).randbytes(1_000_000)
HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def pdf(pages: int, *, form: bytes = b"/Type /Page\n", picture: bytes = b"", at_once: bool = False) -> bytes:
    """Objects as PDF writers lay them out: a tree of pages, then each page with its picture, or all pages first."""
    tree = b"1 0 obj\n<< /Type /Pages /Count %d >>\nendobj\n" % pages
    drawn = [b"9 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (len(picture), picture)] * pages
    objects = [b"8 0 obj\n<< %s /Parent 1 0 R /MediaBox [0 0 612 792] >>\nendobj\n" % form] * pages
    told = [*objects, *drawn] if at_once else [part for pair in zip(objects, drawn, strict=True) for part in pair]
    return b"".join([HEAD, tree, *told, b"trailer\n<< /Root 2 0 R >>\n%%EOF\n"])


def pages_of(file: bytes) -> int | None:
    return pages_in(memoryview(base64.b64encode(file)))


@given(st.integers(1, 300), st.sampled_from([b"/Type /Page", b"/Type/Page", b"/Type\n/Page\r\n", b"/Type/Page/A 1"]))
def test_pages_that_a_file_shows_are_counted(pages: int, form: bytes) -> None:
    assert pages_of(pdf(pages, form=form + b" ")) == pages


@pytest.mark.parametrize("objects", [[b"<< /Type /Pages /Count 7 >>"], [b"<< /Type /PageLabel >>"], [b"no pages"]])
def test_other_objects_are_no_pages(objects: Sequence[bytes]) -> None:
    assert pages_of(HEAD + b"\n".join(objects)) is None


def test_pages_that_are_packed_are_not_counted() -> None:
    packed = zlib.compress(b"<< /Type /Page >>" * 9)
    file = pdf(1) + b"7 0 obj\n<< /Type /ObjStm /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)
    assert pages_of(file) is None


@pytest.mark.parametrize("data", [b"", b"JVBER", b"iVBORw0KGgo/Type /Page", b"JVBERA"])
def test_what_is_no_pdf_has_none(data: bytes) -> None:
    assert pages_in(memoryview(data)) is None


def test_slashes_that_json_has_escaped_change_nothing() -> None:
    text = base64.b64encode(pdf(12, picture=b"\xff\xff\xff" * 30))
    assert b"/" in text
    assert pages_in(memoryview(text.replace(b"/", b"\\/"))) == 12


@pytest.mark.parametrize("at_once", [False, True])
def test_of_a_large_file_parts_stand_for_the_whole(at_once: bool) -> None:
    file = pdf(40, picture=NOISE[:700_000], at_once=at_once)
    assert len(file) > READ * 3
    assert pages_of(file) == pytest.approx(40, abs=5)


def test_a_file_that_is_full_of_pages_has_many() -> None:
    assert pages_of(HEAD + b"/Type/Page " * 2_500_000) == MOST


def test_tokens_are_of_the_pages_else_of_the_size() -> None:
    shown = memoryview(base64.b64encode(pdf(3, picture=NOISE)))
    assert document_tokens(shown) == 3 * PAGE_TOKENS
    hidden = memoryview(base64.b64encode(HEAD + NOISE))
    assert document_tokens(hidden) == len(hidden) // 70_000 * PAGE_TOKENS
    assert document_tokens(memoryview(base64.b64encode(pdf(400)))) == MOST_TOKENS_OF_FILE
