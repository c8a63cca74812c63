"""One job of a report in a process of its own: pandas, drawing and typesetting hold a processor, and are not to be
interrupted. Bounded in memory, without any of the worker's environment: what it draws, strangers have written.
"""

import os
import resource
import sys
from decimal import Decimal
from typing import assert_never

from ratchet_reports.limits import ReportRefusedError
from ratchet_router.bound_process import leave_with
from ratchet_router.reporting.composing import composed
from ratchet_router.reporting.computing import computed
from ratchet_router.reporting.jobs import (
    Done,
    HasComputed,
    HasRefused,
    HasWritten,
    Job,
    ToCompute,
    ToWrite,
    encoded,
    job_of,
)
from ratchet_router.reporting.known import as_given, chosen, known_of
from ratchet_router.reporting.record import Made


def main() -> None:
    """`maker_process PARENT_PID MEMORY_BYTES`: a job comes in, what became of it goes out."""
    parent, memory = map(int, sys.argv[1:3])
    leave_with(parent)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))  # the engine that draws reserves far more than it uses
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    out.write(encoded(_done(job_of(sys.stdin.buffer.read()), memory)))
    out.flush()


def _done(job: Job, memory: int) -> Done:
    try:
        match job:
            case ToCompute():
                return _computed(job)
            case ToWrite():
                return _written(job)
            case _:
                assert_never(job)
    except ReportRefusedError as error:
        return HasRefused(error.type, str(error))
    except MemoryError:
        return HasRefused("too_much_memory", f"Making it took more than {memory // 2**20} MB of memory: ask for less.")


def _computed(job: ToCompute) -> Done:
    known = known_of(job.wanted)
    if known is None:
        raise ReportRefusedError("inconsistent", "Nothing was given to compute from.")
    choice = as_given(job.choice, job.wanted.computing) if job.choice else chosen(job.wanted, known)
    return HasComputed(computed(job.wanted, choice))


def _written(job: ToWrite) -> Done:
    """Raises ReportRefusedError."""
    from ratchet_router.reporting.rendering import pages_of

    report = composed(job.report_id, job.wanted, job.computed, job.told, job.warned, job.now)
    made = Made(
        approach=report.approach,
        confidence=report.confidence,
        passed=report.passed,
        plots=len(report.plots),
        figures=len(report.figures),
        citations=len(report.citations),
        cost_usd=job.told.cost_usd if job.told else Decimal(0),
    )
    return HasWritten(made, pages_of(report))


if __name__ == "__main__":
    main()
