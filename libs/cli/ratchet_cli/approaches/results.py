"""What was answered, a line each, written as it comes: a run that is cut off goes on where it was.

The file has the answers' texts, so only its owner may read it.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec
from msgspec import Struct

from ratchet_cli.approaches.asks import Ask
from ratchet_common.errors import CannotStartError

OWNER_ALONE: Final = 0o600
MOST_BYTES: Final = 4_000_000  # of a line


class Cited(Struct, frozen=True):
    passage: int
    document_id: str
    first_page: int
    last_page: int
    quote: str


class Passage(Struct, frozen=True):
    document_id: str
    first_page: int
    last_page: int


class Answer(Struct, frozen=True, tag="answer", kw_only=True):
    """`refused`: why it could not be answered (too long, filtered); the rest is empty then. `found`: None where no
    documents were to be looked into. `passages`: in the order that they were given to read.
    """

    key: str
    question_id: str
    asked_of: str  # the approach
    refused: str = ""
    output: str = ""
    answered_by: str = ""  # the approach, perhaps another
    model: str = ""
    version_id: str = ""
    simulated: bool = False
    found: bool | None = None
    confidence: float | None = None
    latency_ms: float = 0.0
    cost_usd: float = 0.0
    citations: tuple[Cited, ...] = ()
    passages: tuple[Passage, ...] = ()


class Judgement(Struct, frozen=True, tag="judgement", kw_only=True):
    """None: what the judge said is not what it was asked for."""

    key: str
    judge: str
    correct: bool | None
    relevant: bool | None
    cost_usd: float


Line = Answer | Judgement
_ENCODER = msgspec.json.Encoder()


def answer_of(ask: Ask, said: Mapping[str, Any]) -> Answer:
    """Of what the router answered. What is not scored is held against what is: its text is enough."""
    retrieval = said["retrieval"]
    cited, read = (said["citations"], retrieval["passages"] if retrieval else []) if ask.is_scored else ([], [])
    return Answer(
        key=ask.key,
        question_id=ask.question_id,
        asked_of=ask.approach,
        output=said["output"],
        answered_by=said["approach"],
        model=said["model"],
        version_id=said["version_id"],
        simulated=said["simulated"],
        found=retrieval["found"] if retrieval else None,
        confidence=said["confidence"],
        latency_ms=said["latency_ms"],
        cost_usd=said["cost_usd"],
        citations=msgspec.convert(cited, tuple[Cited, ...]),
        passages=msgspec.convert(read, tuple[Passage, ...]),
    )


class Results:
    """Answers by their key, judgements by their key and judge. Close it."""

    def __init__(self, path: Path) -> None:
        """Raises CannotStartError."""
        self.path = path
        self.answers: dict[str, Answer] = {}
        self.judgements: dict[tuple[str, str], Judgement] = {}
        try:
            self._file: BinaryIO = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ALONE), "r+b")
        except OSError as error:
            raise CannotStartError(f"The results {path} cannot be opened: {error.strerror}.") from None
        try:
            self._lock()
            for line in self._whole_lines():
                self._keep(line)
        except BaseException:
            self._file.close()
            raise

    def add(self, line: Line) -> None:
        """Raises CannotStartError."""
        self._keep(line)
        try:
            self._file.write(_ENCODER.encode(line) + b"\n")
            self._file.flush()
        except OSError as error:
            raise CannotStartError(f"The results {self.path} cannot be written: {error.strerror}.") from None

    def close(self) -> None:
        self._file.close()

    def _lock(self) -> None:
        """Two runs on one file would ask twice, and one would cut off what the other writes."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStartError(
                f"Another run writes its results to {self.path}: wait for its end, or name another file by --results."
            ) from None
        except OSError as error:
            raise CannotStartError(
                f"The results {self.path} cannot be locked ({error.strerror}): name a file on a local disk."
            ) from None

    def _keep(self, line: Line) -> None:
        if isinstance(line, Answer):
            self.answers[line.key] = line
        else:
            self.judgements[line.key, line.judge] = line

    def _whole_lines(self) -> Iterator[Line]:
        """The last one goes if it was cut off while it was written. Raises CannotStartError."""
        whole = 0
        decoder = msgspec.json.Decoder(Line)
        for number, line in enumerate(iter(lambda: self._file.readline(MOST_BYTES), b""), 1):
            if not line.endswith(b"\n") and len(line) < MOST_BYTES:
                break
            try:
                yield decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                raise CannotStartError(
                    f"Line {number} of {self.path} is no result of this command: name another file by --results."
                ) from None
            whole += len(line)
        self._file.seek(whole)
        self._file.truncate()


def first_of(asks: Sequence[Ask], answers: Mapping[str, Answer]) -> dict[tuple[str, str], Answer]:
    """By question and approach, what is scored: the first draw of the question as it stands in the suite."""
    return {(ask.question_id, ask.approach): answers[ask.key] for ask in asks if ask.is_scored and ask.key in answers}
