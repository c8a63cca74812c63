"""A tuning platform in memory, with the bad days of a real one. It keeps the same promises as they do."""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.platform import (
    ENDED,
    Metrics,
    Order,
    PlatformAwayError,
    PlatformRefusedError,
    RunEvent,
    RunGoneError,
    RunState,
    Status,
    TrainingFile,
    Tuned,
)

Step = Literal["upload", "find", "create", "status", "events", "cancel", "result", "metrics", "discard", "take_down"]


@dataclass(frozen=True, slots=True)
class Trouble:
    error: BaseException
    after: bool  # what was asked for is done, and only the answer is lost


@dataclass(slots=True)
class Run:
    order: Order
    files: Mapping[Side, str]
    looks: int = 0
    state: RunState = RunState.WAITING
    log: list[RunEvent] = field(default_factory=list)

    def say(self, message: str) -> None:
        self.log.append(RunEvent(datetime.now(UTC), message))


class FakePlatform:
    """A run waits at the first look at it, runs at the next ones, and has ended at look `looks`.

    `sent`: the name of a file for each time that its bytes travelled. `created`: the token for each run that was made;
    `discarded`: for each time that its files were removed;
    `taken_down`: the run and its model. `calls`: every step that was asked for.
    What was done twice is there twice.
    """

    def __init__(
        self, name: str = "fake", *, in_process: bool = False, looks: int = 4, fails_with: str = "", tokens: int = 1000
    ) -> None:
        self.name, self.in_process = name, in_process
        self.looks, self.fails_with, self.tokens = looks, fails_with, tokens
        self.sent: list[str] = []
        self.created: list[str] = []
        self.discarded: list[str] = []
        self.taken_down: list[str] = []
        self.calls: list[Step] = []
        self.files: dict[str, int] = {}  # bytes by reference
        self.runs: dict[str, Run] = {}
        self._troubles: dict[Step, deque[Trouble]] = defaultdict(deque)

    def away(self, step: Step, times: int = 1, *, retry_after_s: float = 0.0) -> None:
        """It does not do the next `times` of this step."""
        error = PlatformAwayError(f"The platform {self.name} is away.", retry_after_s=retry_after_s)
        self.before(step, error, times)

    def refuses(self, step: Step, why: str) -> None:
        self.before(step, PlatformRefusedError(why))

    def before(self, step: Step, error: BaseException, times: int = 1) -> None:
        """Instead of the step, such as a CancelledError: the worker is killed there."""
        self._troubles[step].extend([Trouble(error, after=False)] * times)

    def after(self, step: Step, error: BaseException) -> None:
        """The step is done, and the worker does not live to hear of it."""
        self._troubles[step].append(Trouble(error, after=True))

    def loses_answer(self, step: Step) -> None:
        self.after(step, PlatformAwayError(f"The platform {self.name} has closed the connection."))

    def restart(self) -> None:
        """Where runs end with the process, they have."""
        if self.in_process:
            self.runs.clear()

    async def upload(self, order: Order, file: TrainingFile) -> str:
        with self._asked("upload"):
            name = f"{order.name}-{file.side}.jsonl"
            reference = f"file-{name}"
            if self.files.get(reference) != file.bytes:
                self.sent.append(name)
                self.files[reference] = file.bytes
            return reference

    async def find(self, order: Order) -> str | None:
        with self._asked("find"):
            return self._found(order)

    async def create(self, order: Order, files: Mapping[Side, str]) -> str:
        with self._asked("create"):
            found = self._found(order)
            if found is not None:
                return found
            if missing := sorted(set(files.values()) - self.files.keys()):
                raise PlatformRefusedError(f"The platform {self.name} has no file {missing[0]}.")
            self.created.append(order.token)
            run = self.runs[f"run-{order.token}"] = Run(order, dict(files))
            run.say("The run was created.")
            return f"run-{order.token}"

    async def status(self, run_id: str) -> Status:
        with self._asked("status"):
            run = self._run(run_id)
            if run.state not in ENDED:
                run.looks += 1
                self._advance(run)
            return self._told(run)

    async def events(self, run_id: str) -> Sequence[RunEvent]:
        with self._asked("events"):
            return tuple(self._run(run_id).log[-50:])

    async def cancel(self, run_id: str) -> None:
        with self._asked("cancel"):
            run = self._run(run_id)
            if run.state not in ENDED:
                run.state = RunState.CANCELLED
                run.say("The run was cancelled.")

    async def result(self, run_id: str) -> Tuned:
        with self._asked("result"):
            run = self._run(run_id)
            if run.state is not RunState.SUCCEEDED:
                raise PlatformRefusedError(f"The run {run_id} has no model: it is {run.state}.")
            return Tuned(model=f"tuned-{run.order.token}")

    async def metrics(self, run_id: str) -> Metrics:
        with self._asked("metrics"):
            steps = range(1, self._run(run_id).looks + 1)
            return Metrics({"train_loss": [(step, 1 / step) for step in steps]})

    async def discard(self, order: Order, files: Mapping[Side, str]) -> None:
        with self._asked("discard"):
            self.discarded.append(order.token)
            for reference in files.values():
                self.files.pop(reference, None)

    async def take_down(self, run_id: str, model: str) -> bool:
        with self._asked("take_down"):
            self.taken_down.append(f"{run_id} {model}".strip())
            return True

    @contextmanager
    def _asked(self, step: Step) -> Iterator[None]:
        self.calls.append(step)
        trouble = self._troubles[step].popleft() if self._troubles[step] else None
        if trouble and not trouble.after:
            raise trouble.error
        yield
        if trouble:
            raise trouble.error

    def _found(self, order: Order) -> str | None:
        run_id = f"run-{order.token}"
        return run_id if run_id in self.runs else None

    def _run(self, run_id: str) -> Run:
        if run_id not in self.runs:
            raise RunGoneError(f"The platform {self.name} knows no run {run_id}.")
        return self.runs[run_id]

    def _advance(self, run: Run) -> None:
        if run.looks >= self.looks:
            run.state = RunState.FAILED if self.fails_with else RunState.SUCCEEDED
            run.say(self.fails_with or "The run has succeeded.")
        elif run.looks > 1:
            run.state = RunState.RUNNING
            run.say(f"Step {run.looks} of {self.looks}.")

    def _told(self, run: Run) -> Status:
        ended, good = run.state in ENDED, run.state is RunState.SUCCEEDED
        progress = 1.0 if good else min(run.looks / self.looks, 1.0)
        reason = self.fails_with if run.state is RunState.FAILED else ""
        return Status(
            state=run.state, progress=progress, trained_tokens=self.tokens if ended and good else None, reason=reason
        )
