import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_router.splitting import Piece, split, tokens_of

WORDS = st.text(alphabet="abcdé$", min_size=1, max_size=12)
PAUSES = st.sampled_from([" ", "  ", ". ", "\n", "\n\n", "\n\n# Part\n", "\nAnn: ", "? ", "\n \n", "\t"])
TEXTS = st.lists(st.tuples(WORDS, PAUSES), max_size=80).map(lambda parts: "".join(a + b for a, b in parts))
SCRIPTS = st.text(alphabet="ab .日本語。مرحبا 🙂é\n", max_size=300)
SIZES = st.integers(1, 60)


def covered(text: str, found: list[Piece]) -> bool:
    ends = [0, *(piece.end for piece in found)]
    joined = "".join(piece.text[max(0, end - piece.start) :] for end, piece in zip(ends, found, strict=False))
    return joined == text and ends[-1] == len(text)


@given(text=TEXTS | st.text(max_size=400), tokens=SIZES, overlap=st.integers(0, 40))
def test_the_pieces_cover_the_text_and_each_goes_on(text: str, tokens: int, overlap: int) -> None:
    found = split(text, tokens=tokens, overlap_tokens=overlap)
    assert covered(text, found)
    assert all(piece.text == text[piece.start : piece.end] for piece in found)
    for one, following in pairwise(found):
        assert one.start < following.start <= one.end < following.end


@given(text=TEXTS | SCRIPTS, tokens=SIZES, overlap=st.integers(0, 40))
def test_no_piece_is_larger_than_asked(text: str, tokens: int, overlap: int) -> None:
    assert all(tokens_of(piece.text) <= tokens for piece in split(text, tokens=tokens, overlap_tokens=overlap))


@given(text=TEXTS, tokens=st.integers(13, 60), overlap=st.integers(0, 40))
def test_no_word_is_cut(text: str, tokens: int, overlap: int) -> None:
    """The longest word here has 12 letters, 24 bytes at most."""
    for piece in split(text, tokens=tokens, overlap_tokens=overlap):
        for place in (piece.start, piece.end):
            assert place in (0, len(text)) or not re.match(r"\S\S", text[place - 1 : place + 1])


@given(text=TEXTS, tokens=st.integers(20, 60), overlap=st.integers(1, 40))
def test_no_more_than_a_quarter_is_repeated(text: str, tokens: int, overlap: int) -> None:
    found = split(text, tokens=tokens, overlap_tokens=overlap)
    for one, following in pairwise(found):
        assert one.end - following.start <= min(overlap, tokens / 4) * 4


@given(text=st.text(max_size=200), tokens=st.integers(300, 400))
def test_what_fits_stays_whole(text: str, tokens: int) -> None:
    assert split(text, tokens=tokens, overlap_tokens=20) == [Piece(0, len(text), text)]


def test_a_word_that_fits_no_piece_is_cut() -> None:
    found = split("a " + "x" * 50 + " b", tokens=4)
    assert [piece.text for piece in found] == ["a ", "x" * 16, "x" * 16, "x" * 16, "xx b"]


LINE = "Somebody says some words about it. "


@pytest.mark.parametrize(
    "pause", ["\n# A heading\n", "\n2.1 A heading\n", "\nTHE NEXT PART\n", "\n\n", "\nAnn Lee (chair): "]
)
def test_it_is_cut_where_the_text_pauses(pause: str) -> None:
    text = LINE * 4 + pause + LINE * 4
    first, second = split(text, tokens=60)
    assert first.text.rstrip() == (LINE * 4).rstrip()
    assert second.text.lstrip() == (pause + LINE * 4).lstrip()


def test_a_stronger_pause_goes_before_a_later_one() -> None:
    text = LINE * 4 + "\n# Heading\n" + LINE + "\n\n" + LINE * 4
    assert split(text, tokens=60)[1].text.startswith("# Heading")


def test_what_is_repeated_begins_with_a_sentence() -> None:
    first, second = split(LINE * 8, tokens=40, overlap_tokens=10)[:2]
    assert second.start == first.end - len(LINE)


@pytest.mark.parametrize(
    "text", ["English words. " * 40 + "日本語の文。" * 40, "日本語の文。" * 40 + "English words. " * 40]
)
def test_each_part_of_a_text_is_measured_by_its_own_script(text: str) -> None:
    assert all(tokens_of(piece.text) <= 30 for piece in split(text, tokens=30, overlap_tokens=3))


@pytest.mark.parametrize("sign", ["👩\u200d👩\u200d👧", "👍🏽", "e\u0301", "❤\ufe0f", "نُ"])
def test_no_sign_is_cut_where_there_is_no_pause(sign: str) -> None:
    found = split(sign * 60, tokens=10, overlap_tokens=0)
    assert len(found) > 3
    assert all(len(piece.text) % len(sign) == 0 for piece in found)


def test_room_is_counted_in_bytes() -> None:
    assert (tokens_of("abcde"), tokens_of("日本"), tokens_of(""), tokens_of("\ud800")) == (2, 2, 0, 1)
    assert max(len(piece.text) for piece in split("日本語。" * 100, tokens=30)) <= 40
    with pytest.raises(ValueError, match="room for a token"):
        split("a", tokens=0)
