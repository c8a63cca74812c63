"""Starts the broker and the store, and stops them again. Needs no event loop."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from ratchet_cli.stack.broker import broker_answers, broker_command, broker_program
from ratchet_cli.stack.child import Child, spawn
from ratchet_cli.stack.data_dir import DataDir
from ratchet_cli.stack.leftovers import clear, remember
from ratchet_cli.stack.ports import LOOPBACK, free_ports, somebody_listens
from ratchet_cli.stack.store import store_answers, store_command, store_program, store_url
from ratchet_common.errors import CannotStartError

log = logging.getLogger(__name__)

PATIENCE_S = 60.0  # a store that was killed under load first reads its log again
PATIENCE_AT_STOP_S = 10.0
AGAIN_AFTER_S = 5.0
ATTEMPTS = 3  # as often may somebody else take the port first


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    command: Callable[[int], list[str]]  # by port
    answers: Callable[[int], bool]


@dataclass(slots=True)
class Beside:
    """A program that the run goes on without. `environment`: by port."""

    name: str
    command: Sequence[str]
    environment: Callable[[int], Mapping[str, str]]
    child: Child
    started_at: float


class Stack:
    """A running broker and store. They die with this process; `stop`, or the end of `with`, stops them in order."""

    def __init__(self, data_dir: DataDir) -> None:
        self._data_dir = data_dir
        self._children: list[Child] = []
        self._beside: list[Beside] = []
        self.kafka_bootstrap_servers = ""
        self.mongodb_url = ""

    async def failed(self) -> str:
        """Returns when the broker or the store has ended by itself, with a sentence that says so.

        Neither is started again behind the services' backs: a new broker would know none of the events that wait in
        the old one, and only a start of the services sends what their outboxes hold once more. So end the run.
        """
        while not (sentence := self._ended()):
            await asyncio.sleep(0.2)
            self._start_again()
        return f"{sentence} What was acknowledged is in {self._data_dir.path}: start again to go on."

    def beside(self, name: str, command: Sequence[str], environment: Callable[[int], Mapping[str, str]]) -> None:
        """Starts a program, does not wait for it, and starts it again where it ends."""
        child = self._spawn_beside(name, command, environment)
        self._beside.append(Beside(name, command, environment, child, time.monotonic()))
        self._remember()

    def _start_again(self) -> None:
        for one in self._beside:
            if time.monotonic() - one.started_at > AGAIN_AFTER_S and (sentence := one.child.ended()):
                log.warning("%s It is started again.", sentence)
                one.child = self._spawn_beside(one.name, one.command, one.environment)
                one.started_at = time.monotonic()
                self._remember()

    def _spawn_beside(
        self, name: str, command: Sequence[str], environment: Callable[[int], Mapping[str, str]]
    ) -> Child:
        (port,) = free_ports(1)
        log_file = self._data_dir.fresh_log(name)
        return spawn(name, port, command, log=log_file, folder=Path.cwd(), environment=environment(port))

    def _remember(self) -> None:
        remember(self._data_dir.processes, [*self._children, *(one.child for one in self._beside)])

    def _ended(self) -> str | None:
        return next((sentence for child in self._children if (sentence := child.ended())), None)

    def stop(self) -> None:
        """Once is enough; more does no harm."""
        for one in self._beside:
            one.child.ask_to_stop()
        for one in self._beside:
            one.child.stop(PATIENCE_AT_STOP_S)
        self._beside.clear()
        for child in self._children:
            child.ask_to_stop()
        for child in self._children:
            child.stop(PATIENCE_AT_STOP_S)
        if self._children:
            self._data_dir.processes.unlink(missing_ok=True)
        self._children.clear()
        self._data_dir.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()

    def run(self, part: Part, patience_s: float, attempts: int = ATTEMPTS) -> int:
        """Starts one part. Returns the port on which it answers."""
        child = self._spawn(part)
        try:
            child.wait_for_answer(part.answers, patience_s)
        except CannotStartError:
            lost_its_port = child.ended() and somebody_listens(child.port)
            if not lost_its_port or attempts == 1:
                raise
            self._children.remove(child)
            return self.run(part, patience_s, attempts - 1)
        return child.port

    def _spawn(self, part: Part) -> Child:
        (port,) = free_ports(1)
        log = self._data_dir.fresh_log(part.name)
        child = spawn(part.name, port, part.command(port), log=log, folder=self._data_dir.path)
        self._children.append(child)
        self._remember()
        return child


def start_stack(data_dir: Path, *, patience_s: float = PATIENCE_S, lasting: bool = True) -> Stack:
    """Returns when both answer, after a second or so; `patience_s` bounds the wait for each.

    Without `lasting` the store keeps its data in memory, and they go with it.
    To be called in the main thread. Raises CannotStartError.
    """
    broker = Part("broker", partial(broker_command, broker_program()), broker_answers)
    store_folder = partial(store_command, store_program())
    stack = Stack(directory := DataDir(data_dir))
    try:
        clear(directory.processes)
        stack.kafka_bootstrap_servers = f"{LOOPBACK}:{stack.run(broker, patience_s)}"
        store = Part("store", partial(store_folder, directory.store, lasting), store_answers)
        stack.mongodb_url = store_url(stack.run(store, patience_s))
    except BaseException:
        stack.stop()
        raise
    return stack
