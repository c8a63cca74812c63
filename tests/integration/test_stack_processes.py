"""The embedded broker and store as processes: what they leave behind, and what survives a kill."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from pymongo import MongoClient
from pymongo.collection import Collection

from ratchet_cli.stack.broker import broker_answers
from ratchet_cli.stack.start import start_stack
from ratchet_cli.stack.store import store_answers
from ratchet_common.errors import CannotStartError
from tests.patience import PATIENCE_S

# Started as a process of its own, so that it can be killed or interrupted like `ratchet up`.
OWNER = """
import json, signal, sys, time
from pathlib import Path
import psutil
from ratchet_cli.stack.start import start_stack

signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell starts in the background would ignore it
with start_stack(Path(sys.argv[1])) as stack:
    children = [process.pid for process in psutil.Process().children()]
    print(json.dumps({"url": stack.mongodb_url, "children": children}), flush=True)
    time.sleep(120)
"""


@contextmanager
def notes(url: str) -> Iterator[Collection[dict[str, Any]]]:
    client: MongoClient[dict[str, Any]] = MongoClient(url, serverSelectionTimeoutMS=5000)
    with client:
        yield client.get_database("trial").notes


@contextmanager
def owner(data_dir: Path) -> Iterator[tuple[subprocess.Popen[str], str, list[int]]]:
    """A process with a stack: (itself, the store's URL, its children's pids)."""
    command = [sys.executable, "-c", OWNER, str(data_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            said = json.loads(process.stdout.readline())
            yield process, said["url"], said["children"]
        finally:
            process.kill()


def running(pids: Sequence[int]) -> list[int]:
    return [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]


def eventually(holds: Callable[[], bool], patience_s: float = PATIENCE_S) -> bool:
    deadline = time.monotonic() + patience_s
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def children_in(data_dir: Path) -> dict[str, int]:
    """Pids of our own children that run there, by what they are."""
    names = {"tansu": "broker", "secantusd-py": "store"}
    there = [child for child in psutil.Process().children() if Path(child.cwd()) == data_dir]
    found = [(child.pid, " ".join(child.cmdline()[:2])) for child in there]
    return {name: pid for pid, program in found for part, name in names.items() if part in program}


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2].partition("/")[0])


def test_both_answer_while_it_runs_and_nothing_is_left_when_it_stops(tmp_path: Path) -> None:
    with start_stack(tmp_path) as stack:
        pids = children_in(tmp_path)
        assert set(pids) == {"broker", "store"}
        assert broker_answers(port_of(stack.kafka_bootstrap_servers))
        assert store_answers(port_of(stack.mongodb_url))
    assert not running(list(pids.values()))
    assert not (tmp_path / "processes.json").exists()
    stack.stop()  # again does no harm


def test_the_children_die_with_a_killed_owner_and_the_next_start_has_the_documents(tmp_path: Path) -> None:
    with owner(tmp_path) as (process, url, children):
        assert len(running(children)) == 2
        with notes(url) as collection:
            collection.insert_many([{"_id": n} for n in range(200)])
            collection.insert_one({"_id": "last"})
        process.send_signal(signal.SIGKILL)
        process.wait()
        with start_stack(tmp_path) as stack, notes(stack.mongodb_url) as collection:
            assert not running(children)
            assert collection.count_documents({}) == 201


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died")
def test_the_children_die_with_a_killed_owner_without_a_next_start(tmp_path: Path) -> None:
    with owner(tmp_path) as (process, _, children):
        process.send_signal(signal.SIGKILL)
        assert eventually(lambda: not running(children))


def test_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    with owner(tmp_path) as (process, _, children):
        process.send_signal(signal.SIGINT)
        process.wait()
        assert not running(children)
        assert not (tmp_path / "processes.json").exists()


async def test_a_store_that_dies_is_reported_and_its_documents_open_again(tmp_path: Path) -> None:
    with start_stack(tmp_path) as stack:
        with notes(stack.mongodb_url) as collection:
            collection.insert_one({"_id": "acknowledged"})
        os.kill(children_in(tmp_path)["store"], signal.SIGKILL)
        assert "The store was ended by SIGKILL" in await stack.failed()
    with start_stack(tmp_path) as stack, notes(stack.mongodb_url) as collection:
        assert collection.find_one() == {"_id": "acknowledged"}


async def test_a_broker_that_dies_is_reported(tmp_path: Path) -> None:
    with start_stack(tmp_path) as stack:
        os.kill(children_in(tmp_path)["broker"], signal.SIGKILL)
        assert "start again to go on" in await stack.failed()


def test_a_second_start_on_the_same_directory_is_refused_and_harms_nothing(tmp_path: Path) -> None:
    with owner(tmp_path) as (process, url, _):
        with pytest.raises(CannotStartError, match=f"in use by process {process.pid}"):
            start_stack(tmp_path)
        assert store_answers(port_of(url))


def test_a_start_that_fails_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "store" / "WiredTiger.lock").mkdir(parents=True)  # where the store wants a file
    with pytest.raises(CannotStartError, match=r"The store ended with exit status .*store\.log"):
        start_stack(tmp_path)
    assert not children_in(tmp_path)


def test_a_missing_broker_stops_the_start_before_anything_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALF_TANSU_BIN", str(tmp_path / "absent"))
    with pytest.raises(CannotStartError, match="The broker's program is missing"):
        start_stack(tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_two_stacks_live_side_by_side(tmp_path: Path) -> None:
    with start_stack(tmp_path / "a") as one, start_stack(tmp_path / "b") as other:
        assert one.mongodb_url != other.mongodb_url
        assert one.kafka_bootstrap_servers != other.kafka_bootstrap_servers
    assert not children_in(tmp_path / "a") | children_in(tmp_path / "b")
