"""Prompt templates: how each does, which is better, which can go."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query

from ratchet_common.auth import MayRead
from ratchet_common.errors import RefusedError
from ratchet_common.problems import documented
from ratchet_monitor.api.asking import Store, Task, behind_of
from ratchet_monitor.behind import Behind
from ratchet_monitor.blocks import DAY, Blocks
from ratchet_monitor.intake import utc_now
from ratchet_monitor.prompts.asking import Asked, Trial, of_each, time_of, trials_of, uses_within
from ratchet_monitor.prompts.best import Best, best
from ratchet_monitor.prompts.comparing import ASSUMES, Comparison, compare
from ratchet_monitor.prompts.grouping import all_uses, others_in
from ratchet_monitor.prompts.performance import PromptGroup, PromptNumbers, numbers, performance
from ratchet_monitor.prompts.retiring import Suggestion, note_on, to_retire

FEW, MANY = 2, 6  # templates that are compared
STUDIES: Final = 200  # the latest experiments, among which those are looked for that compared templates

Days = Annotated[int, Query(ge=1, le=400, description="Whole days by UTC, and today so far")]
DocumentType = Annotated[str, Query(max_length=64, description="All if left out")]

routes = APIRouter(prefix="/api/models/prompts", tags=["prompts"])


class HowManyError(RefusedError):
    type = "how-many-templates"
    title = "Another number of templates is compared"


@dataclass(frozen=True, slots=True)
class PromptsView:
    """`others`: uses of templates that are not told apart, since there were too many kinds of answers."""

    since: datetime
    until: datetime
    templates: list[PromptGroup]
    others: int
    behind: Behind | None = None


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """Each template against the first one. `experiments`: those that compared some of them, on drawn units."""

    since: datetime
    until: datetime
    templates: list[PromptNumbers]
    comparisons: list[Comparison]
    experiments: list[Trial]
    assumes: str
    behind: Behind | None = None


@dataclass(frozen=True, slots=True)
class BestView:
    since: datetime
    until: datetime
    items: list[Best]
    assumes: str
    behind: Behind | None = None


@dataclass(frozen=True, slots=True)
class SuggestionsView:
    """`note`: on what could not be told; mostly empty."""

    since: datetime
    until: datetime
    items: list[Suggestion]
    assumes: str
    note: str
    behind: Behind | None = None


@routes.get("/performance", responses=documented(404))
async def show_prompts(
    caller: MayRead,
    store: Store,
    task_type: Task,
    template_id: Annotated[str, Query(max_length=200, description="`id`, `id@2` or `id_v2`; all if left out")] = "",
    document_type: DocumentType = "",
    days: Days = 30,
) -> PromptsView:
    """Each template with its versions: uses, success, quality, cost and latency, with 95 % intervals."""
    blocks = time_of(days, utc_now())
    asked = Asked(template_id, task_type, document_type)
    missing = await behind_of(store, caller.tenant, blocks.since, task_type)
    found = await uses_within(store.buckets, caller.tenant, blocks, asked)
    return PromptsView(*_ends(blocks), performance(found), others_in(found), missing)


@routes.get("/compare", responses=documented(404))
async def compare_prompts(
    caller: MayRead,
    store: Store,
    task_type: Task,
    template_ids: Annotated[str, Query(min_length=3, max_length=1000, description="2 to 6, as `a,b` or `a@1,a@2`")],
    document_type: DocumentType = "",
    days: Days = 30,
) -> ComparisonView:
    """Templates, or versions of one, against the first of them: the differences, each with its 95 % interval."""
    asked = [one for name in template_ids.split(",") if (one := name.strip())]
    if not FEW <= len(asked) <= MANY:
        raise HowManyError(
            f"{len(asked)} templates are named: {FEW} to {MANY} can be compared, as in template_ids=a,b.",
            field="template_ids",
        )
    blocks = time_of(days, utc_now())
    missing = await behind_of(store, caller.tenant, blocks.since, task_type)
    found = await uses_within(store.buckets, caller.tenant, blocks, Asked("", task_type, document_type))
    each = of_each(found, asked)
    first, whole = asked[0], all_uses(found)
    studies = await store.studies.page(caller.tenant, "", STUDIES)
    return ComparisonView(
        *_ends(blocks),
        templates=[numbers(name, uses, whole) for name, uses in each.items()],
        comparisons=[compare(name, each[name], first, each[first]) for name in asked[1:]],
        experiments=trials_of(studies, asked),
        assumes=ASSUMES,
        behind=missing,
    )


@routes.get("/best", responses=documented(404))
async def show_best(caller: MayRead, store: Store, task_type: Task, days: Days = 30) -> BestView:
    """The best template for each task and type of document, where the numbers suffice; else why it is not told."""
    blocks = time_of(days, utc_now())
    missing = await behind_of(store, caller.tenant, blocks.since, task_type)
    found = await uses_within(store.buckets, caller.tenant, blocks, Asked(task_type=task_type))
    return BestView(*_ends(blocks), best(found), ASSUMES, missing)


@routes.get("/suggestions")
async def show_suggestions(
    caller: MayRead,
    store: Store,
    days: Days = 90,
    unused_days: Annotated[int, Query(ge=1, le=400, description="So long unused, and used before")] = 30,
) -> SuggestionsView:
    """Templates that can go: those that are worse than another one, and those that nobody uses any more."""
    now = utc_now()
    blocks = time_of(days, now)
    missing = await behind_of(store, caller.tenant, blocks.since)
    found = await uses_within(store.buckets, caller.tenant, blocks, Asked())
    best_ones = {one.best for one in best(found)}
    items = to_retire(found, best_ones, now, unused_days * DAY)
    return SuggestionsView(*_ends(blocks), items, ASSUMES, note_on(others_in(found)), missing)


def _ends(blocks: Blocks) -> tuple[datetime, datetime]:
    return blocks.since, blocks.until
