"""The framing of AWS's streams: as botocore reads it, and never more than that."""

import struct
import zlib

import pytest
from botocore.eventstream import EventStreamBuffer
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchet_providers.bedrock.eventstream import LONGEST, Frame, FrameError, Frames
from tests.unit.providers.bedrock.aws import event, frame

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
FRAMES = st.lists(
    st.tuples(st.dictionaries(NAMES, st.text(max_size=40), max_size=4), st.binary(max_size=300)), max_size=6
)
ONE = event("contentBlockDelta", delta={"text": "Monday."}, contentBlockIndex=0)


def in_bits(whole: bytes, size: int) -> list[Frame]:
    frames = Frames()
    return [one for at in range(0, len(whole), size) for one in frames.feed(whole[at : at + size])]


@settings(deadline=None)
@given(FRAMES, st.integers(1, 400))
def test_any_frames_in_any_bits_are_read_as_botocore_reads_them(
    given_frames: list[tuple[dict[str, str], bytes]], size: int
) -> None:
    whole = b"".join(frame(headers, payload) for headers, payload in given_frames)
    theirs = EventStreamBuffer()
    theirs.add_data(whole)
    expected = [(dict(one.headers), one.payload) for one in theirs]
    assert [(dict(one.headers), one.payload) for one in in_bits(whole, size)] == expected == given_frames


@settings(deadline=None)
@given(st.integers(0, len(ONE) - 1), st.integers(1, 255))
def test_a_byte_that_has_changed_makes_no_frame(at: int, by: int) -> None:
    spoilt = bytearray(ONE)
    spoilt[at] ^= by
    frames = Frames()
    with pytest.raises(FrameError):
        assert not frames.feed(bytes(spoilt) + ONE)


@settings(deadline=None)
@given(st.integers(1, len(ONE) - 1))
def test_half_a_frame_is_none_yet(size: int) -> None:
    frames = Frames()
    assert frames.feed(ONE[:size]) == []
    assert frames.half
    assert len(frames.feed(ONE[size:])) == 1
    assert not frames.half


def typed(kind: int, value: bytes) -> bytes:
    raw = b"\x01a" + bytes([kind]) + value + b"\x01b\x07\x00\x01c"
    prelude = struct.pack(">II", 16 + len(raw), len(raw))
    whole = prelude + struct.pack(">I", zlib.crc32(prelude)) + raw
    return whole + struct.pack(">I", zlib.crc32(whole))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (0, b""), (1, b""), (2, b"\x01"), (3, b"\x00" * 2), (4, b"\x00" * 4), (5, b"\x00" * 8),
        (6, b"\x00\x03abc"), (8, b"\x00" * 8), (9, b"\x00" * 16),
    ],
)  # fmt: skip
def test_headers_of_other_types_are_passed_over(kind: int, value: bytes) -> None:
    assert Frames().feed(typed(kind, value)) == [Frame({"b": "c"}, b"")]


@pytest.mark.parametrize("raw", [typed(10, b""), typed(6, b"\xff\xff"), typed(7, b"\x00\x02\xff\xfe")])
def test_headers_that_cannot_be_read_make_no_frame(raw: bytes) -> None:
    with pytest.raises(FrameError):
        Frames().feed(raw)


@pytest.mark.parametrize(("length", "in_headers"), [(15, 0), (16, 1), (LONGEST + 1, 0), (2**32 - 1, 2**32 - 1)])
def test_a_length_that_cannot_be_is_not_waited_for(length: int, in_headers: int) -> None:
    prelude = struct.pack(">II", length, in_headers)
    with pytest.raises(FrameError):
        Frames().feed(prelude + struct.pack(">I", zlib.crc32(prelude)))
