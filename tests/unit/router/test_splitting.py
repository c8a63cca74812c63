import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_router.splitting import Piece, split, tokens_of

WORDS = st.text(alphabet="abcdé$", min_size=1, max_size=12)
PAUSES = st.sampled_from([" ", "  ", ". ", "\n", "\n\n", "\n\n# Part\n", "\nAnn: ", "? ", "\n \n", "\t"])
TEXTS = st.lists(st.tuples(WORDS, PAUSES), max_size=80).map(lambda parts: "".join(a + b for a, b in parts))
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


@given(text=TEXTS, tokens=SIZES, overlap=st.integers(0, 40))
def test_no_piece_is_larger_than_asked(text: str, tokens: int, overlap: int) -> None:
    share = len(text) / max(1, len(text.encode()))
    assert all(
        len(piece.text) <= max(1, tokens * 4 * share) for piece in split(text, tokens=tokens, overlap_tokens=overlap)
    )


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


def test_room_is_counted_in_bytes() -> None:
    assert (tokens_of("abcde"), tokens_of("日本"), tokens_of(""), tokens_of("\ud800")) == (2, 2, 0, 1)
    assert max(len(piece.text) for piece in split("日本語。" * 100, tokens=30)) <= 40
    with pytest.raises(ValueError, match="room for a token"):
        split("a", tokens=0)
