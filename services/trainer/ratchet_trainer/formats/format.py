"""A file format of a tuning platform: how a lesson becomes a line, and what makes a line one that it refuses."""

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from ratchet_trainer.formats.lesson import Lesson

CR_WITHIN: Final = "it is no JSON, and has CR in it: where lines end with CR alone, save the file with LF or CR LF"


@dataclass(frozen=True, slots=True)
class Format:
    """`record`: None where the format has no place for the lesson, as pairs have none for one without a rejected
    answer. `shape`: what a line is decoded as. `wrong`: what its types do not say, as a sentence without a stop.
    """

    name: str
    record: Callable[[Lesson], msgspec.Struct | None]
    shape: type[msgspec.Struct]
    wrong: Callable[[Any], str | None]

    def line(self, lesson: Lesson) -> bytes | None:
        """JSON in one line, with its end."""
        record = self.record(lesson)
        return None if record is None else msgspec.json.encode(record) + b"\n"

    def fault(self, line: bytes) -> str | None:
        """Why the platform would refuse it; None: it would not. No text of the line is in it."""
        if line.startswith(codecs.BOM_UTF8):
            return "it begins with a byte-order mark: save the file without it"
        try:
            line.decode()
            record = msgspec.json.decode(line, type=self.shape)
        except UnicodeDecodeError:
            return "it is not UTF-8"
        except msgspec.ValidationError as error:
            return _without_values(str(error))
        except (msgspec.DecodeError, RecursionError):
            return CR_WITHIN if b"\r" in line.strip() else "it is no JSON"
        return self.wrong(record)


def _without_values(said: str) -> str:
    """`Invalid enum value 'a text' - at `$.role``: the value may be anything that stood in the file."""
    what, _, where = said.partition(" - at ")
    if what.startswith("Invalid enum value"):
        what = "a value is none of those that are allowed"
    return f"{what[:1].lower()}{what[1:]}" + (f", at {where.strip('`')}" if where else "")
