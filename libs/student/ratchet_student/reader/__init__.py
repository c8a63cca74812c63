"""Reading texts and tables: spans, cells and what is computed from them, with evidence and calibrated confidence."""

from ratchet_student.reader.given import Answer, CellAt, SpanAt, Taught, UnreadableError
from ratchet_student.reader.learning import MIN_EXAMPLES, fit
from ratchet_student.reader.model import Reader
from ratchet_student.reader.saving import load, save
from ratchet_student.reader.sheet import sheet_of
from ratchet_student.reader.untrained import most_alike

__all__ = [
    "MIN_EXAMPLES",
    "Answer",
    "CellAt",
    "Reader",
    "SpanAt",
    "Taught",
    "UnreadableError",
    "fit",
    "load",
    "most_alike",
    "save",
    "sheet_of",
]
