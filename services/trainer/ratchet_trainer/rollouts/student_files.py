"""Whether a file that somebody brings is a student that could serve."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from ratchet_common.workers import Workers


def fault_of(path: str, sha256: str, task_type: str) -> str:
    """A sentence; empty where it can serve the task. Runs in a worker process."""
    from ratchet_student import StudentFileError, load  # only worker processes shall pay for what it loads

    try:
        student = load(Path(path), sha256)
    except StudentFileError as error:
        return str(error)
    return "" if student.task_type == task_type else f"The student is for {student.task_type}, not for {task_type}."


def fault_in(workers: Workers) -> Callable[[str, str, str], Awaitable[str]]:
    async def fault(path: str, sha256: str, task_type: str) -> str:
        return await workers.run(fault_of, path, sha256, task_type)

    return fault
