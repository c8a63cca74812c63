"""The work folder: what both sides know of it holds whatever kills a process in the middle."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ratchet_tuner.checkpoints import CHECKPOINTS, WHOLE, forget, last_whole, mark_whole
from ratchet_tuner.digest import folder_sha256
from ratchet_tuner.failing import AnotherIsAtItError, CannotTuneError
from ratchet_tuner.files import put, tail
from ratchet_tuner.order import Order, read_order
from ratchet_tuner.process import Process, process_of, this_process
from ratchet_tuner.report import Report
from ratchet_tuner.sole import alone_in
from ratchet_tuner.status import (
    EVENTS,
    METRICS,
    Measured,
    State,
    add_event,
    add_metrics,
    forget_metrics_after,
    read_events,
    read_metrics,
    read_status,
)


def ordered(work: Path, **changes: Any) -> None:
    (work / "order.json").write_text(json.dumps({"base_model": "/models/tiny", **changes}))


def test_an_order_has_defaults(tmp_path: Path) -> None:
    ordered(tmp_path, rank=4)
    assert read_order(tmp_path) == Order(base_model="/models/tiny", rank=4)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"epochs": 0}, "epochs"),
        ({"learning_rate": "fast"}, "learning_rate"),
        ({"method": "rlhf"}, "method"),
        ({"colour": "red"}, "colour"),
        ({"base_model": ""}, "base_model"),
    ],
)
def test_a_wrong_order_is_refused_by_its_field(tmp_path: Path, changes: dict[str, Any], why: str) -> None:
    ordered(tmp_path, **changes)
    with pytest.raises(CannotTuneError, match=why):
        read_order(tmp_path)


def test_no_order_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CannotTuneError, match=r"order\.json cannot be read"):
        read_order(tmp_path)


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    for content in (b"old", b"new"):
        put(tmp_path / "file", content)
        assert (tmp_path / "file").read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_tail_of_a_file_is_bounded_and_need_not_be_text(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 5000 + "é".encode() + b"\xff end\n")
    assert tail(path, 8).endswith("\ufffd end")
    assert len(tail(path, 100)) <= 100
    assert tail(tmp_path / "none", 100) == ""


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert read_status(tmp_path) is None
    report = Report(tmp_path)
    report.write(state=State.RUNNING, step=3, steps=10, progress=0.3)
    status = read_status(tmp_path)
    assert status is not None
    assert (status.state, status.step, status.process) == (State.RUNNING, 3, this_process())
    assert status.started <= status.heartbeat <= datetime.now(UTC)


def test_a_report_goes_on_where_an_earlier_process_ended(tmp_path: Path) -> None:
    Report(tmp_path).write(state=State.FAILED, step=3, progress=0.3, trained_tokens=9, reason="Broken.")
    before = read_status(tmp_path)
    Report(tmp_path)
    after = read_status(tmp_path)
    assert before is not None
    assert after is not None
    assert (after.state, after.reason, after.step, after.progress) == (State.PREPARING, "", 3, 0.3)
    assert after.started == before.started


def test_a_heart_beats_without_steps(tmp_path: Path) -> None:
    report = Report(tmp_path)
    first = read_status(tmp_path)
    with report.beating():
        while (now := read_status(tmp_path)) is None or first is None or now.heartbeat <= first.heartbeat:
            time.sleep(0.05)


def test_a_half_written_line_takes_no_other_with_it(tmp_path: Path) -> None:
    add_event(tmp_path, "First.")
    with (tmp_path / EVENTS).open("ab") as file:
        file.write(b'{"at":"2026-')
    Report(tmp_path).say("Second.", "warn")
    assert [(event.message, event.level) for event in read_events(tmp_path)] == [
        ("First.", "info"),
        ("Second.", "warn"),
    ]


def test_what_was_measured_after_the_checkpoint_is_forgotten(tmp_path: Path) -> None:
    for step in (1, 2, 3, 4):
        add_metrics(tmp_path, Measured(step, step / 4, {"train_loss": 1 / step}))
    with (tmp_path / METRICS).open("ab") as file:
        file.write(b"{")
    forget_metrics_after(tmp_path, 2)
    assert [row.step for row in read_metrics(tmp_path)] == [1, 2]


def test_only_whole_checkpoints_are_taken_up(tmp_path: Path) -> None:
    assert last_whole(tmp_path) is None
    for step in (8, 16, 120, 128):
        (tmp_path / CHECKPOINTS / f"checkpoint-{step}").mkdir(parents=True)
    for step in (8, 16, 120):
        mark_whole(tmp_path, step)
    assert last_whole(tmp_path) == (tmp_path / CHECKPOINTS / "checkpoint-120", 120)
    assert not (tmp_path / CHECKPOINTS / "checkpoint-128").exists()
    assert (tmp_path / CHECKPOINTS / "checkpoint-8" / WHOLE).exists()
    forget(tmp_path)
    assert last_whole(tmp_path) is None


def test_the_digest_of_a_folder_is_of_names_and_contents(tmp_path: Path) -> None:
    def digest(**files: str) -> str:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        (folder / "deep").mkdir(parents=True)
        for name, content in files.items():
            (folder / "deep" / name).write_text(content)
        return folder_sha256(folder)

    assert digest(a="1", b="2") == digest(b="2", a="1")
    others = [digest(a="2", b="1"), digest(a="12", b=""), digest(a="1"), digest(ab="12"), digest(a="1", b="2", c="")]
    assert len({digest(a="1", b="2"), *others}) == 6


def test_one_process_tunes_in_a_folder(tmp_path: Path) -> None:
    with alone_in(tmp_path), pytest.raises(AnotherIsAtItError, match="Another process"), alone_in(tmp_path):
        pass
    with alone_in(tmp_path):
        pass


def test_a_process_is_known_by_its_start_too() -> None:
    me = this_process()
    assert me.lives()
    assert not Process(me.pid, me.started - 100).lives()


def test_an_ended_child_that_nobody_waited_for_is_dead() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    its = process_of(child.pid)
    assert its.lives()
    child.kill()
    while its.lives():
        time.sleep(0.01)
    child.communicate()
    assert not its.lives()


def test_a_status_of_another_kind_is_no_status(tmp_path: Path) -> None:
    put(tmp_path / "status.json", b'{"state":"thinking"}')
    with pytest.raises(msgspec.DecodeError):
        read_status(tmp_path)
