"""Does what is held out stand in the training side too? Asked of finished sides, and of files from anywhere.

Runs in worker processes: it loads SciPy.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import msgspec

from ratchet_common.errors import RefusedError
from ratchet_trainer.collecting.head import Head
from ratchet_trainer.datasets.duplicates import text_hash
from ratchet_trainer.datasets.split import Side

TOLD: Final = 5  # lines


class OverlapError(RefusedError):
    status = 409
    type = "sides-overlap"
    title = "What is held out stands in the training side too"


@dataclass(frozen=True, slots=True)
class Overlap:
    """Lines count from 1. `same`: the very same text, whatever its case and spaces."""

    held_out_line: int
    train_line: int
    same: bool


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Of documents: hashes of their texts, and signatures in the same order."""

    hashes: Sequence[str]
    signatures: Sequence[bytes]


def held_out_in_training(members: Sequence[Head], sides: Mapping[UUID, Side], threshold: float) -> int:
    """How many documents of a side are, or are nearly, on another one too. Knows nothing of how they were split."""
    from ratchet_trainer.datasets.near import find_pairs

    where: dict[str, set[Side]] = {}
    for head in members:
        if head.example_id in sides:
            where.setdefault(head.document_hash, set()).add(sides[head.example_id])
    signatures = {head.document_hash: head.signature for head in members if head.document_hash in where}
    documents = list(signatures)
    torn = {document for document, its in where.items() if len(its) > 1}
    for one, other in find_pairs(list(signatures.values()), threshold):
        if where[documents[one]] != where[documents[other]]:
            torn.add(documents[one])
    return len(torn)


def overlaps(train: Iterable[bytes], held_out: Iterable[bytes], threshold: float) -> list[Overlap]:
    """Of two files in any of the formats: by line of the held-out one the first line for training that asks the same,
    or nearly. Lines that ask nothing overlap with none: what is wrong with them is told by `formats.checking`.
    """
    from ratchet_trainer.datasets.near import find_across, signature

    known = _first_lines(train)
    asked = [(line, text) for line, text in enumerate(map(asked_in, held_out), 1) if text]
    hashes = [text_hash(text) for _, text in asked]
    train_lines = [line for line, _ in known.values()]
    alike = find_across(
        [signature(text) for _, text in known.values()], [signature(text) for _, text in asked], threshold
    )
    found = []
    for place, ((line, _), hash_) in enumerate(zip(asked, hashes, strict=True)):
        if hash_ in known:
            found.append(Overlap(line, known[hash_][0], same=True))
        elif place in alike:
            found.append(Overlap(line, train_lines[alike[place]], same=False))
    return found


def seen_among(known: Fingerprints, asked: Sequence[Sequence[str]], threshold: float) -> list[bool]:
    """Of each of `asked`, whether one of its texts is, or is nearly, a known document."""
    from ratchet_trainer.datasets.near import find_across, signature

    hashes = set(known.hashes)
    texts = [(place, text) for place, its in enumerate(asked) for text in its if text.strip()]
    alike = find_across(known.signatures, [signature(text) for _, text in texts], threshold)
    seen = {place for number, (place, text) in enumerate(texts) if number in alike or text_hash(text) in hashes}
    return [place in seen for place in range(len(asked))]


def refuse_overlaps(found: Sequence[Overlap]) -> None:
    """Raises OverlapError."""
    if not found:
        return
    told = "; ".join(
        f"line {one.held_out_line} is {'' if one.same else 'nearly '}line {one.train_line} of the training file"
        for one in found[:TOLD]
    )
    more = f"; and {len(found) - TOLD} more" if len(found) > TOLD else ""
    raise OverlapError(
        f"A model is not to be judged by what it has learned: {told}{more}. Take these lines out of one of the files.",
        overlapping=len(found),
    )


class _Turn(msgspec.Struct):
    role: str = ""
    content: Any = None
    parts: Any = None


class _Input(msgspec.Struct):
    messages: list[_Turn] = []


class _Line(msgspec.Struct):
    """As much of all formats as says what is asked."""

    messages: list[_Turn] = []
    contents: list[_Turn] = []
    input: _Input = msgspec.field(default_factory=_Input)
    prompt: str = ""
    anchor: str = ""


def asked_in(line: bytes) -> str:
    """What the user says in it; empty where it is no example."""
    try:
        read = msgspec.json.decode(line, type=_Line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    turns = read.messages or read.contents or read.input.messages
    said = [text for turn in turns if turn.role == "user" for text in (*_texts(turn.content), *_texts(turn.parts))]
    return "\n".join(said) or read.prompt or read.anchor


def _first_lines(lines: Iterable[bytes]) -> dict[str, tuple[int, str]]:
    """By hash of what is asked, its first line and the text."""
    found: dict[str, tuple[int, str]] = {}
    for line, text in enumerate(map(asked_in, lines), 1):
        if text:
            found.setdefault(text_hash(text), (line, text))
    return found


def _texts(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content]
    parts = content if isinstance(content, list) else []
    return [part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str)]
