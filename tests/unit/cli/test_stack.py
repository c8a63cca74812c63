"""The rules of the embedded stack's processes, on small programs in place of the broker and the store."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ratchet_cli.stack.broker import broker_answers, broker_program
from ratchet_cli.stack.child import Child, spawn, tail
from ratchet_cli.stack.data_dir import LOG_KEPT_BYTES, DataDir
from ratchet_cli.stack.leftovers import Remembered, clear, remember, still_running
from ratchet_cli.stack.ports import LOOPBACK, free_ports, somebody_listens
from ratchet_cli.stack.start import Part, Stack
from ratchet_cli.stack.store import store_answers, store_program
from ratchet_common.errors import CannotStartError

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]


def run(folder: Path, code: str, port: int = 0) -> Child:
    log = folder / "part.log"
    log.touch()
    return spawn("part", port, [sys.executable, "-c", code], log=log, folder=folder)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(SLEEPS)
    yield process
    process.kill()
    process.wait()


def test_a_child_that_ends_early_says_why(tmp_path: Path) -> None:
    child = run(tmp_path, "import sys; sys.exit('no disk')")
    with pytest.raises(CannotStartError, match="The part ended with exit status 1") as caught:
        child.wait_for_answer(lambda _: False, patience_s=30)
    assert "no disk" in str(caught.value)
    assert str(tmp_path / "part.log") in str(caught.value)


def test_a_child_that_never_answers_is_given_up(tmp_path: Path) -> None:
    child = run(tmp_path, "import time; time.sleep(60)")
    with pytest.raises(CannotStartError, match=r"The part did not answer within 0\.1 s"):
        child.wait_for_answer(lambda _: False, patience_s=0.1)
    child.stop(patience_s=0.1)


def test_an_answer_of_somebody_else_does_not_count(tmp_path: Path) -> None:
    child = run(tmp_path, "raise SystemExit(3)")
    while not child.ended():
        pass
    with pytest.raises(CannotStartError, match="exit status 3"):
        child.wait_for_answer(lambda _: True, patience_s=30)


def test_a_program_that_cannot_be_run_is_named(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    child = spawn("part", 0, [str(tmp_path / "absent")], log=log, folder=tmp_path)
    with pytest.raises(CannotStartError, match="absent cannot be run: No such file"):
        child.wait_for_answer(lambda _: False, patience_s=30)


def test_a_killed_child_is_a_failure_and_a_stopped_one_is_not(tmp_path: Path) -> None:
    killed, stopped = run(tmp_path, SLEEPS[-1]), run(tmp_path, SLEEPS[-1])
    os.kill(killed.pid, signal.SIGKILL)
    stopped.stop(patience_s=10)
    while not (sentence := killed.ended()):
        pass
    assert "was ended by SIGKILL" in sentence
    assert stopped.ended() is None


def test_a_child_deaf_to_sigterm_is_killed(tmp_path: Path) -> None:
    deaf = (
        "import pathlib, signal, time; signal.signal(15, signal.SIG_IGN); pathlib.Path('deaf').touch(); time.sleep(60)"
    )
    child = run(tmp_path, deaf)
    child.wait_for_answer(lambda _: (tmp_path / "deaf").exists(), patience_s=30)
    child.stop(patience_s=0.1)
    assert not psutil.pid_exists(child.pid)


def test_a_child_is_only_started_in_the_main_thread(tmp_path: Path) -> None:
    refused: list[BaseException] = []

    def start() -> None:
        try:
            run(tmp_path, "pass")
        except RuntimeError as error:
            refused.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in str(refused[0])


def test_a_child_sees_nothing_of_our_environment_that_might_configure_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORAGE_ENGINE", "s3://elsewhere/")
    child = run(tmp_path, "import os; print(sorted(os.environ))")
    while not (sentence := child.ended()):
        pass
    assert "PATH" in sentence
    assert "STORAGE_ENGINE" not in sentence


def test_who_loses_the_race_for_a_port_gets_another(tmp_path: Path) -> None:
    taken: list[socket.socket] = []

    def listen(port: int) -> list[str]:
        if not taken:
            taken.append(socket.create_server((LOOPBACK, port)))
        code = f"import socket, time; s = socket.create_server(('{LOOPBACK}', {port})); time.sleep(60)"
        return [sys.executable, "-c", code]

    def answers(port: int) -> bool:
        return port != taken[0].getsockname()[1] and somebody_listens(port)

    with Stack(DataDir(tmp_path)) as stack:
        port = stack.run(Part("part", listen, answers), patience_s=30)
        assert somebody_listens(port)
    taken[0].close()


def test_a_directory_belongs_to_one_process_at_a_time(tmp_path: Path) -> None:
    with (
        DataDir(tmp_path),
        pytest.raises(CannotStartError, match=f"{tmp_path} is in use by process {os.getpid()}: .* --data-dir"),
    ):
        DataDir(tmp_path)
    DataDir(tmp_path).release()


def test_a_directory_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotStartError, match=f"{tmp_path}/file/data cannot be written to .*--data-dir"):
        DataDir(tmp_path / "file" / "data")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_directory_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(CannotStartError, match="cannot be written to"):
        DataDir(tmp_path)


def test_what_users_wrote_is_for_the_owner_only(tmp_path: Path) -> None:
    with DataDir(tmp_path / "data") as data_dir:
        assert data_dir.path.stat().st_mode & 0o077 == 0


def test_of_the_log_before_only_the_end_is_kept(tmp_path: Path) -> None:
    with DataDir(tmp_path) as data_dir:
        log = data_dir.fresh_log("store")
        log.write_bytes(b"x" * (2 * LOG_KEPT_BYTES) + b"the end")
        assert data_dir.fresh_log("store").stat().st_size == 0
        previous = log.with_name("store.previous.log")
        assert previous.stat().st_size == LOG_KEPT_BYTES
        assert tail(previous, 7) == "the end"


def test_what_a_killed_run_left_behind_is_ended(tmp_path: Path) -> None:
    child, file = run(tmp_path, SLEEPS[-1]), tmp_path / "processes.json"
    remember(file, [child])
    assert clear(file) == ["part"]
    assert child.ended()
    assert not file.exists()


def test_a_pid_that_belongs_to_another_process_by_now_is_left_alone(sleeper: subprocess.Popen[bytes]) -> None:
    started_at = psutil.Process(sleeper.pid).create_time()
    assert still_running(Remembered("store", sleeper.pid, started_at))
    assert not still_running(Remembered("store", sleeper.pid, started_at - 60))


@pytest.mark.parametrize("content", [None, b"", b'[{"name": "st'])
def test_a_record_that_is_absent_or_cut_short_stops_no_start(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "processes.json"
    if content is not None:
        file.write_bytes(content)
    assert clear(file) == []


def test_a_missing_program_is_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotStartError, match="secantusd-py, is missing: run `make install`"):
        store_program(tmp_path / "python")
    monkeypatch.setenv("CALF_TANSU_BIN", str(tmp_path / "tansu"))
    with pytest.raises(CannotStartError, match=r"The broker's program is missing .* Run `make install`"):
        broker_program()


def test_only_a_broker_and_a_store_count_as_answers() -> None:
    (closed,) = free_ports(1)
    assert not broker_answers(closed)
    assert not store_answers(closed)
    with socket.create_server((LOOPBACK, 0)) as mute:
        thread = threading.Thread(target=lambda: mute.accept()[0].close())
        thread.start()
        assert not broker_answers(mute.getsockname()[1])
        thread.join()


def test_free_ports_differ() -> None:
    assert len(set(free_ports(20))) == 20
