"""What the student reads: an example with its weight, a line of JSON each. It stays on this machine."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from ratchet_trainer.collecting.example import Example


class StudentLine(msgspec.Struct):
    document: str
    target: str | list[str]
    question: str = ""
    labels: list[str] = []
    weight: float = 1.0


def student_line(example: Example, weight: float) -> bytes:
    target = example.target if isinstance(example.target, str) else list(example.target)
    line = StudentLine(example.document, target, example.question, list(example.labels), weight)
    return msgspec.json.encode(line) + b"\n"


def student_lines(path: Path) -> Iterator[StudentLine]:
    decoder = msgspec.json.Decoder(StudentLine)
    with path.open("rb") as lines:
        yield from map(decoder.decode, lines)
