"""A reader that has learned nothing: the cell, or the sentence, that is most like the question.

It chooses by the share of the question's words, the rare ones weighing more, that stand in the sentence, or at the
cell's row and over its column. It computes nothing. What training brings is measured beside it.
"""

import math
from collections import Counter
from collections.abc import Sequence

from ratchet_student.counts import count
from ratchet_student.reader.columns import Columns
from ratchet_student.reader.given import Answer, CellAt, abstained
from ratchet_student.reader.matching import matched, query, stems
from ratchet_student.reader.sheet import Sheet
from ratchet_student.reader.text_spans import where

_NO_QUESTIONS = count([])
_NOTHING = "Nothing in the texts and tables is like the question."


def most_alike(question: str, sheet: Sheet) -> Answer:
    """`confidence` is the share of the question that stands there: it is not calibrated."""
    cell, sentence = alike_cell(question, sheet), alike_sentence(question, sheet)
    return cell if cell.parts and cell.confidence >= sentence.confidence else sentence


def alike_cell(question: str, sheet: Sheet) -> Answer:
    """Of the row most like the question the column most like it. The scale is the table's, or else the text's."""
    asked = query(question, _NO_QUESTIONS)
    matches = [match for match in matched(asked, sheet.grids) if any(map(math.isfinite, match.row.values))]
    if not matches or not matches[0].score:
        return abstained(_NOTHING)
    best = matches[0]
    place = Columns(asked).best(best.row)[0]
    row, said = best.row, best.row.cells[place]
    percent = any("%" in text for text in (said, row.label, row.heads[place]))
    scale = "" if percent else best.grid.scale or sheet.note
    there = stems(f"{row.label} {row.section} {row.heads[place]}")
    cell = CellAt(best.grid.table, *best.grid.where(row, place), said)
    return Answer((said,), None, scale, "cell", (cell,), (), _share(question, sheet, there))


def alike_sentence(question: str, sheet: Sheet) -> Answer:
    sentences = [passage.text for passage in sheet.text.passages]
    shares = [_share(question, sheet, stems(sentence)) for sentence in sentences]
    if not any(shares):
        return abstained(_NOTHING)
    best = sentences[shares.index(max(shares))]
    return Answer((best,), None, "", "text", (), where(sheet.texts, best), max(shares))


def _share(question: str, sheet: Sheet, there: Sequence[str]) -> float:
    asked, found = dict.fromkeys(stems(question)), set(there)
    rarity = _rarity(sheet)
    whole = sum(rarity.get(stem, 0.0) for stem in asked)
    return sum(rarity.get(stem, 0.0) for stem in asked if stem in found) / whole if whole else 0.0


def _rarity(sheet: Sheet) -> dict[str, float]:
    """Of the words of all sentences and rows."""
    each = [*map(set, sheet.text.stems)]
    each += [
        set(stems(f"{row.label} {row.section} {' '.join(row.heads)}")) for grid in sheet.grids for row in grid.rows
    ]
    holding = Counter(stem for its in each for stem in its)
    return {
        stem: math.log((1 + len(each)) / (1 + its)) / math.log(2 + len(each)) + 0.1 for stem, its in holding.items()
    }
