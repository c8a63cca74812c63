"""Segments in the order of reading: columns of text one after the other, and in each rows from top to bottom."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ratchet_documents.pdf.directions import mirrored, pieces_of, read_from_right
from ratchet_documents.pdf.framed import in_cells
from ratchet_documents.pdf.gaps import figures_parted, joined
from ratchet_documents.pdf.mixed_words import is_right_to_left
from ratchet_documents.pdf.segments import Segment

_TWO_COLUMNS_FROM = 6  # rows that have text on both sides of the gap
_WIDE_TEXT = 0.3  # of the width of all text: a cell of a table is rarely so wide on both sides


@dataclass(frozen=True, slots=True)
class Row:
    segments: tuple[Segment, ...]  # from left to right

    @property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.segments)

    @property
    def left(self) -> float:
        return self.segments[0].left

    @property
    def right(self) -> float:
        return max(segment.right for segment in self.segments)

    @property
    def top(self) -> float:
        return max(segment.top for segment in self.segments)

    @property
    def bottom(self) -> float:
        return min(segment.bottom for segment in self.segments)

    @property
    def size(self) -> float:
        return max(segment.size for segment in self.segments)

    @property
    def bold(self) -> bool:
        return all(segment.bold for segment in self.segments)


def rows_of(segments: Sequence[Segment]) -> list[list[Row]]:
    """Rows, in parts that are read one after the other; what stands in two columns is not read across them.

    Where most letters run from right to left, places are mirrored, so that what is read first stands at the left.
    """
    if any(is_right_to_left(segment.text) for segment in segments):
        from_right = read_from_right(segments)
        lines = [pieces_of(row.segments, from_right=from_right) for row in _rows(segments)]
        segments = [mirrored(piece) if from_right else piece for line in lines for piece in line]
    segments = _whole(segments)
    rows = [Row(tuple(line)) for line in figures_parted([row.segments for row in _rows(segments)])]
    gap = _gap(rows)
    if gap is None:
        return [rows]
    parts: list[list[Row]] = []
    left: list[Segment] = []
    right: list[Segment] = []

    def end() -> None:
        parts.extend(_rows(side) for side in (left, right) if side)
        left.clear()
        right.clear()

    across: list[Segment] = []
    for row in rows:
        for segment in row.segments:
            if segment.left < gap < segment.right:
                end()
                across.append(segment)
            else:
                if across:
                    parts.append(_rows(across))
                    across = []
                (left if segment.right <= gap else right).append(segment)
    end()
    if across:
        parts.append(_rows(across))
    return parts


def _whole(segments: Sequence[Segment]) -> Sequence[Segment]:
    """Those of one cell joined, and those that only a narrow gap parts, where it parts no columns."""
    if any(segment.sides for segment in segments):
        segments = in_cells(segments, [row.segments for row in _rows(segments)])
    if any(segment.goes_on for segment in segments):
        segments = joined(segments, [row.segments for row in _rows(segments)])
    return segments


def _rows(segments: Sequence[Segment]) -> list[Row]:
    """By their height on the page; a segment belongs to a row whose middle its letters reach."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda one: -one.middle):
        last = rows[-1][0] if rows else None
        if last and abs(last.middle - segment.middle) < 0.4 * min(last.size, segment.size):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return [Row(tuple(sorted(row, key=lambda one: one.left))) for row in rows]


def _gap(rows: Sequence[Row]) -> float | None:
    """Where the page is parted into two columns of running text; none where it is not."""
    if len(rows) < _TWO_COLUMNS_FROM:
        return None
    width = max(row.right for row in rows) - min(row.left for row in rows)
    in_frames = len({one.cell for row in rows for one in row.segments if one.cell}) == 1  # around each of the columns
    wide = [
        [
            one
            for one in row.segments
            if one.right - one.left > _WIDE_TEXT * width and (in_frames or not one.cell) and _reads_as_text(one.text)
        ]
        for row in rows
    ]
    pairs = [its for its, row in zip(wide, rows, strict=True) if len(its) == len(row.segments) == 2]
    if len(pairs) < _TWO_COLUMNS_FROM:
        return _between([one for its in wide for one in its], rows)
    ends, begins = max(first.right for first, _ in pairs), min(second.left for _, second in pairs)
    if ends < begins:
        return (ends + begins) / 2
    middle = median((first.right + second.left) / 2 for first, second in pairs)
    return middle if all(first.right < middle < second.left for first, second in pairs) else None


def _between(wide: Sequence[Segment], rows: Sequence[Row]) -> float | None:
    """The same where the lines of one column stand at other heights than those of the other. `wide`: lines of text."""
    middle = (min(row.left for row in rows) + max(row.right for row in rows)) / 2
    left = [one for one in wide if one.right < middle + one.size]
    right = [one for one in wide if one.left > middle - one.size]
    if min(_beside(left, right), _beside(right, left)) < _TWO_COLUMNS_FROM:
        return None
    ends, begins = max(one.right for one in left), min(one.left for one in right)
    gap = (ends + begins) / 2
    low, high = max(left[-1].bottom, right[-1].bottom), min(left[0].top, right[0].top)
    crosses = any(one.left < gap < one.right and low < one.middle < high for row in rows for one in row.segments)
    return None if crosses or ends >= begins else gap


def _beside(segments: Sequence[Segment], others: Sequence[Segment]) -> int:
    """How many stand no higher than the first of the others, and no lower than the last."""
    return sum(1 for one in segments if others and others[-1].bottom <= one.middle <= others[0].top)


def _reads_as_text(text: str) -> bool:
    return sum(map(str.isalpha, text)) > 0.6 * len(text)
