"""How far it is: `status.json`, `events.jsonl` and `metrics.jsonl` in the work folder."""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal, TypeVar

import msgspec

from ratchet_tuner.files import put
from ratchet_tuner.process import Process

STATUS: Final = "status.json"
EVENTS: Final = "events.jsonl"
METRICS: Final = "metrics.jsonl"
REASON_CHARS: Final = 500
Row = TypeVar("Row", bound=msgspec.Struct)


class State(StrEnum):
    PREPARING = "preparing"  # the model is loaded, the examples are read
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"  # it was told to stop; started again, it goes on from its last checkpoint


ENDED: Final = (State.SUCCEEDED, State.FAILED, State.CANCELLED)


class Status(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`progress`: 0 to 1. `heartbeat`: a process that lives renews it every few seconds. `adapter_sha256`: over the
    files of `adapter/` (`digest.py`), once it is there."""

    state: State
    started: datetime
    heartbeat: datetime
    progress: float = 0.0
    step: int = 0
    steps: int = 0
    epoch: float = 0.0
    trained_tokens: int = 0
    reason: str = ""
    adapter_sha256: str = ""
    process: Process | None = None


class Event(msgspec.Struct, frozen=True):
    at: datetime
    message: str
    level: Literal["info", "warn", "error"] = "info"


class Measured(msgspec.Struct, frozen=True):
    """After a step: `values` by name, such as train_loss."""

    step: int
    epoch: float
    values: dict[str, float]


def read_status(work: Path) -> Status | None:
    """None: nothing has begun. Raises msgspec.DecodeError where somebody else has written there."""
    path = work / STATUS
    return msgspec.json.decode(path.read_bytes(), type=Status) if path.is_file() else None


def write_status(work: Path, status: Status) -> None:
    put(work / STATUS, msgspec.json.encode(status) + b"\n")


def read_events(work: Path) -> list[Event]:
    return _rows(work / EVENTS, Event)


def read_metrics(work: Path) -> list[Measured]:
    return _rows(work / METRICS, Measured)


def add_event(work: Path, message: str, level: Literal["info", "warn", "error"] = "info") -> None:
    _add(work / EVENTS, Event(datetime.now(UTC), message[:REASON_CHARS], level))


def add_metrics(work: Path, measured: Measured) -> None:
    _add(work / METRICS, measured)


def forget_metrics_after(work: Path, step: int) -> None:
    """What a run had measured past the checkpoint that it goes on from: it will be measured again."""
    kept = [row for row in read_metrics(work) if row.step <= step]
    put(work / METRICS, b"".join(msgspec.json.encode(row) + b"\n" for row in kept))


def _add(path: Path, row: msgspec.Struct) -> None:
    """A process that was killed may have left a part of a line: this one begins anew."""
    with path.open("ab+") as file:
        file.seek(max(0, file.tell() - 1))
        torn = file.read() not in (b"", b"\n")
        file.write((b"\n" if torn else b"") + msgspec.json.encode(row) + b"\n")


def _rows(path: Path, kind: type[Row]) -> list[Row]:
    """The whole lines: a process that was killed may have left a part of one."""
    if not path.is_file():
        return []
    return [row for line in path.read_bytes().splitlines() if (row := _row(line, kind)) is not None]


def _row(line: bytes, kind: type[Row]) -> Row | None:
    try:
        return msgspec.json.decode(line, type=kind)
    except msgspec.DecodeError:
        return None
