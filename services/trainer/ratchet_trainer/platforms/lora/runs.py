"""Looks after the runs in the work folder: starts what waits, restarts what died, ends what was cancelled.

Whoever asks about one run moves all of them on: no process of the service has to stay for them. Its calls block.
"""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from ratchet_trainer.platforms.lora.folders import (
    Folders,
    Launch,
    cancelled,
    launched,
    note_cancelled,
    note_launch,
    status_in,
    writable,
)
from ratchet_trainer.platforms.lora.judging import Rules, Seen, Step, has_ended, is_late, next_step
from ratchet_trainer.platforms.lora.runner import Runner
from ratchet_trainer.platforms.platform import PlatformAwayError, PlatformRefusedError, RunGoneError
from ratchet_tuner.status import State, Status, add_event, write_status


class Runs:
    def __init__(self, folders: Folders, runner: Runner, rules: Rules) -> None:
        self._folders, self._runner, self._rules = folders, runner, rules
        self._ended: set[str] = set()  # by token: they are not looked at again
        self._late: set[str] = set()  # that was said

    def look(self, folder: Path) -> Seen:
        with self._folders.alone():
            self._move_on()
            return self._seen(folder)

    def cancel(self, folder: Path) -> None:
        with self._folders.alone():
            seen = self._seen(folder)
            if has_ended(seen.status, seen.cancelled):
                return
            if seen.cancelled is None:
                note_cancelled(folder, datetime.now(UTC))
            if seen.lives:
                self._runner.stop(folder.name, folder, at_once=False)
            self._move_on()

    def remove(self, token: str) -> bool:
        """Raises PlatformAwayError before it has ended."""
        with self._folders.alone():
            try:
                folder = self._folders.of_run(token)
            except RunGoneError:
                return True
            seen = self._seen(folder)
            if not has_ended(seen.status, seen.cancelled):
                raise PlatformAwayError(f"The run {token} of the platform lora has not ended yet.")
            self._folders.remove(folder)
            self._ended.discard(token)
        return True

    def _move_on(self) -> None:
        free, waiting = self._rules.at_once, []
        for folder in self._folders.ordered():
            if folder.name in self._ended:
                continue
            try:
                seen = self._seen(folder)
            except PlatformAwayError:  # whoever asks about this one hears of it; the others go on
                free -= 1
                continue
            self._tell_if_late(folder, seen)
            step = next_step(seen, self._rules, datetime.now(UTC))
            if step is Step.START:
                waiting.append((folder, seen))
            elif has_ended(seen.status, seen.cancelled) and not seen.lives:
                self._ended.add(folder.name)
            else:  # one that has said its last word holds its memory until its process is gone
                self._take(step, folder, seen)
                free -= seen.lives or step is Step.WAIT
        for folder, seen in waiting[: max(0, free)]:
            self._start(folder, seen)

    def _seen(self, folder: Path) -> Seen:
        status, launch = status_in(folder), launched(folder)
        begun = status is not None or launch is not None
        return Seen(
            status=status,
            starts=launch.starts if launch else 0,
            started=launch.at if launch else None,
            cancelled=cancelled(folder),
            lives=begun and self._runner.lives(folder.name, folder),
        )

    def _start(self, folder: Path, seen: Seen) -> None:
        if seen.starts:
            self._say(folder, f"It had died and is started again ({seen.starts} of {self._rules.restarts}).")
        try:
            process = self._runner.start(folder.name, folder)
        except PlatformRefusedError as error:
            self._end(folder, seen, State.FAILED, error.detail)
            return
        note_launch(folder, Launch(starts=seen.starts + 1, at=datetime.now(UTC), process=process))

    def _take(self, step: Step, folder: Path, seen: Seen) -> None:
        if step is Step.KILL:
            self._runner.stop(folder.name, folder, at_once=True)
        elif step is Step.CLOSE:
            self._end(folder, seen, State.CANCELLED, "It was cancelled.")
        elif step is Step.GIVE_UP:
            words = self._runner.last_words(folder.name, folder)
            said = f" Its last words: {words}" if words else ""
            self._end(folder, seen, State.FAILED, f"Its process died {seen.starts} times without saying why.{said}")

    def _tell_if_late(self, folder: Path, seen: Seen) -> None:
        if folder.name not in self._late and is_late(seen, self._rules, datetime.now(UTC)):
            self._late.add(folder.name)
            self._say(folder, f"It was started and has not begun yet: {self._runner.look_at(folder.name)}.")

    def _end(self, folder: Path, seen: Seen, state: State, reason: str) -> None:
        now = datetime.now(UTC)
        before = seen.status or Status(state=state, started=now, heartbeat=now)
        with writable(folder):
            write_status(folder, msgspec.structs.replace(before, state=state, reason=reason, heartbeat=now))
        self._say(folder, reason)

    def _say(self, folder: Path, message: str) -> None:
        with writable(folder):
            add_event(folder, message, "warn")
