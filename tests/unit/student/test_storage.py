import contextlib
import hashlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_modelfile import MAX_HEADER
from ratchet_student import Student, StudentFileError, fit, load, save
from ratchet_student.storage import STUDENT_FILE
from tests.unit.student.texts import mails

MAGIC = STUDENT_FILE.magic


@cache
def learned() -> Student:
    return fit("classification", mails(20))


def stored(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def content_of(path: Path) -> bytes:
    save(learned(), path)
    return path.read_bytes()


def with_header(content: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    start = len(MAGIC) + 8
    end = start + int.from_bytes(content[len(MAGIC) : start], "little")
    head = json.loads(content[start:end])
    change(head)
    header = json.dumps(head).encode()
    return MAGIC + len(header).to_bytes(8, "little") + header + content[end:]


def test_saving_returns_the_hash_of_the_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "deeper" / "student"
    assert save(learned(), path) == hashlib.sha256(path.read_bytes()).hexdigest()
    assert list(path.parent.iterdir()) == [path]


def test_saving_replaces_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "student").write_text("something older")
    assert load(tmp_path / "student", save(learned(), tmp_path / "student")).task_type == "classification"


def test_a_changed_file_is_refused_by_its_hash_before_it_is_parsed(tmp_path: Path) -> None:
    digest = save(learned(), tmp_path / "student")
    (tmp_path / "student").write_bytes(b"\x80\x04cos\nsystem\n")
    with pytest.raises(StudentFileError, match="SHA-256"):
        load(tmp_path / "student", digest)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(StudentFileError, match="cannot be read"):
        load(tmp_path / "student", "0" * 64)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda head: head.update(format=2), "format 2"),
        (lambda head: head.update(kind="chat"), "not known here"),
        (lambda head: head.update(kind=["classification"]), "not known here"),
        (lambda head: head.update(kind="action_items"), "other fields"),
        (lambda head: head.pop("model"), "other fields"),
        (lambda head: head.pop("arrays"), "malformed"),
        (lambda head: head["arrays"].append(["<f8", [1]]), "longer than the file"),
        (lambda head: head["arrays"].append(["<f8", [2**62, 2**62]]), "type or a shape"),
        (lambda head: head["arrays"].append(["<f8", [2**27, 2**27]]), "longer than the file"),
        (lambda head: head["arrays"].append(["|O", [1]]), "type or a shape"),
        (lambda head: head["arrays"].append(["<f8", [-1]]), "type or a shape"),
        (lambda head: head["arrays"].pop(), "more in the file"),
        (lambda head: head["model"].update(labels=["yes"]), "other chances"),
        (lambda head: head["model"].update(labels=[1, 2]), "not a str"),
        (lambda head: head["model"].update(labels="yes"), "list is missing"),
        (lambda head: head["model"].update(extra=1), "other fields"),
        (lambda head: head["model"]["model"]["calibration"].update(trust=float("nan")), "not a float"),
        (lambda head: head["model"]["model"]["calibration"].update(shift=999), "malformed"),
        (lambda head: head["model"]["model"]["calibration"].update(shift=-1), "not of float64"),
    ],
)
def test_a_malformed_file_is_refused(tmp_path: Path, change: Callable[[Any], object], sentence: str) -> None:
    path = tmp_path / "student"
    digest = stored(path, with_header(content_of(path), change))
    with pytest.raises(StudentFileError, match=sentence):
        load(path, digest)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        MAGIC,
        b"PK\x03\x04" + b"\0" * 100,
        MAGIC + (2**63).to_bytes(8, "little") + b"{}",
        MAGIC + (MAX_HEADER + 1).to_bytes(8, "little") + b"{" * (MAX_HEADER + 1),
        MAGIC + (100_000).to_bytes(8, "little") + b"[" * 100_000,
        MAGIC + (2).to_bytes(8, "little") + b"[]",
        MAGIC + (2).to_bytes(8, "little") + b"\xff\xff",
    ],
)
def test_what_is_no_student_is_refused(tmp_path: Path, content: bytes) -> None:
    digest = stored(tmp_path / "student", content)
    with pytest.raises(StudentFileError):
        load(tmp_path / "student", digest)


@given(place=st.integers(0, 20_000), byte=st.integers(0, 255), cut=st.integers(0, 50))
def test_a_damaged_file_is_refused_or_read_and_never_anything_else(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: int, cut: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged"
    content = bytearray(content_of(path))
    content[place % len(content)] = byte
    digest = stored(path, bytes(content[: len(content) - cut]))
    with contextlib.suppress(StudentFileError):
        assert load(path, digest).task_type == "classification"


def test_a_file_from_before_students_could_abstain_is_read_and_answers_all(tmp_path: Path) -> None:
    def older(head: Any) -> None:
        del head["model"]["sureness"], head["model"]["blend"]

    path = tmp_path / "student"
    digest = stored(path, with_header(content_of(path), older))
    assert load(path, digest).predict("Please call the bank by Friday.").sure
