"""HTTP in: examples. `{example_id}` comes last: it would match the others."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from ratchet_common.auth import MayOperate, MayRead
from ratchet_common.problems import documented
from ratchet_common.vocabulary import TaskType, known_task
from ratchet_trainer.api.example_bodies import (
    BroughtExample,
    ExamplePage,
    ExampleStats,
    ShownExample,
    ShownImport,
    TaskStats,
)
from ratchet_trainer.api.example_lines import brought, examples_in
from ratchet_trainer.collecting.counting import Count, Counts
from ratchet_trainer.data import Data

routes = APIRouter(prefix="/api/models/examples", tags=["examples"])

TaskName = Annotated[str | None, Query(max_length=100, description=f"one of {', '.join(TaskType)}")]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=200, description="the `next` of the page before")]


def _data(request: Request) -> Data:
    data: Data = request.app.state.data
    return data


TheData = Annotated[Data, Depends(_data)]


@routes.post("", status_code=201, responses=documented(404))
async def bring_example(body: BroughtExample, caller: MayOperate, data: TheData) -> ShownExample:
    """One from outside; scrubbed before it is stored. The same one, brought twice, is one."""
    word = await data.importing.one(brought(body, caller.tenant), datetime.now(UTC))
    return ShownExample.of(word.example)


@routes.post("/import", responses=documented(404, 413))
async def import_examples(
    request: Request,
    caller: MayOperate,
    data: TheData,
    task_type: TaskName = None,
    dry_run: Annotated[bool, Query(description="say what would be taken, and store nothing")] = False,
) -> ShownImport:
    """Many from outside, as JSON Lines: each as for one example, or `{"messages": […]}` as in files for tuning.

    A line that is wrong does not stop the others, and is counted with its reason in the statistics.
    Sent again, what is there already is not taken twice.
    """
    default = known_task(task_type).value if task_type is not None else None
    given = examples_in(await request.body(), caller.tenant, default)
    found = await data.importing.many(caller.tenant, given, datetime.now(UTC), dry_run=dry_run)
    return ShownImport.of(found, dry_run=dry_run)


@routes.get("", responses=documented(404))
async def list_examples(
    caller: MayRead, data: TheData, task_type: TaskName = None, limit: Limit = 20, cursor: Cursor = None
) -> ExamplePage:
    """What was learned last first."""
    task = known_task(task_type).value if task_type is not None else None
    found, following = await data.examples.list(caller.tenant, task_type=task, limit=limit, cursor=cursor)
    return ExamplePage(items=[ShownExample.of(example) for example in found], next=following)


@routes.get("/stats")
async def count_examples(caller: MayRead, data: TheData) -> ExampleStats:
    counts = await data.examples.counts(caller.tenant)
    return ExampleStats(
        total_examples=sum(count.count for count in counts.examples),
        by_task=_by_task(counts),
        by_source=_by_what(counts.examples),
        archived=counts.archived,
        outdated=counts.outdated,
        by_month=counts.months,
        quality_histogram=list(counts.qualities),
        refused=_by_what(counts.refusals),
        pii_found=counts.pii,
    )


@routes.get("/{example_id}", responses=documented(404))
async def get_example(example_id: UUID, caller: MayRead, data: TheData) -> ShownExample:
    return ShownExample.of(await data.examples.get(caller.tenant, example_id))


def _by_task(counts: Counts) -> list[TaskStats]:
    tasks = sorted({count.task_type for count in counts.examples + counts.refusals})
    learned = {task: [c for c in counts.examples if c.task_type == task] for task in tasks}
    return [
        TaskStats(
            task_type=task,
            examples=sum(count.count for count in learned[task]),
            by_source=_by_what(learned[task]),
            refused=_by_what(c for c in counts.refusals if c.task_type == task),
        )
        for task in tasks
    ]


def _by_what(counts: Iterable[Count]) -> dict[str, int]:
    totals: dict[str, int] = defaultdict(int)
    for count in counts:
        totals[count.what] += count.count
    return dict(sorted(totals.items()))
