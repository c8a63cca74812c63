"""HTTP in: datasets."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import PlainTextResponse, StreamingResponse

from ratchet_common.auth import MayOperate, MayRead
from ratchet_common.problems import documented
from ratchet_common.vocabulary import known_task
from ratchet_trainer.api.dataset_bodies import DatasetNow, DatasetPage, DatasetWanted, ShownAnalysis, ShownDataset
from ratchet_trainer.api.examples import Cursor, Limit, TaskName, TheData
from ratchet_trainer.datasets.card import card
from ratchet_trainer.datasets.exporting import lines_of, shown
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.formats.known import FORMATS

routes = APIRouter(prefix="/api/models/datasets", tags=["datasets"])

SHOWN = "examples"
JSONL, MARKDOWN = "application/jsonl", "text/markdown"
FormatName = Annotated[
    Literal[
        "openai",
        "openai_preference",
        "bedrock_claude",
        "bedrock_nova",
        "bedrock_llama",
        "gemini",
        "chat",
        "embedding_pairs",
        "examples",
    ],
    Query(
        alias="format",
        description="of the lines; openai_preference has only what was corrected, examples all that is known of each",
    ),
]
DatasetId = Annotated[str, Path(pattern="^[a-z_]{1,40}-[0-9a-f]{12}$")]


@routes.post("", status_code=201, responses=documented(404, 409))
async def build_dataset(body: DatasetWanted, caller: MayOperate, data: TheData) -> ShownDataset:
    """Of what is there now. Built again of the same examples by the same rules, it is the same dataset."""
    task = known_task(body.task_type).value
    dataset_id = await data.training.build(caller.tenant, task, body.rules(data.training.rules))
    return ShownDataset.of(await data.datasets.get(caller.tenant, dataset_id))


@routes.get("", responses=documented(404))
async def list_datasets(
    caller: MayRead, data: TheData, task_type: TaskName = None, limit: Limit = 20, cursor: Cursor = None
) -> DatasetPage:
    """The latest first."""
    task = known_task(task_type).value if task_type is not None else None
    found, following = await data.datasets.list(caller.tenant, task_type=task, limit=limit, cursor=cursor)
    return DatasetPage(items=[ShownDataset.of(listed) for listed in found], next=following)


@routes.get("/{dataset_id}", responses=documented(404))
async def get_dataset(dataset_id: DatasetId, caller: MayRead, data: TheData) -> DatasetNow:
    """What it was made of never changes; what was erased since is in no file of it any more."""
    listed = await data.datasets.get(caller.tenant, dataset_id)
    return DatasetNow.with_(listed, await data.training.present(caller.tenant, dataset_id))


@routes.get("/{dataset_id}/analyze", responses=documented(404))
async def analyze_dataset(dataset_id: DatasetId, caller: MayRead, data: TheData) -> ShownAnalysis:
    """What is in it. The first to ask waits while it is read through."""
    return ShownAnalysis.of(dataset_id, await data.training.analyse(caller.tenant, dataset_id))


@routes.get(
    "/{dataset_id}/card",
    response_class=PlainTextResponse,
    responses=documented(404) | {200: {"content": {MARKDOWN: {}}, "description": "The page."}},
)
async def read_dataset_card(dataset_id: DatasetId, caller: MayRead, data: TheData) -> Any:
    """What it holds and how it came to be, on one page of Markdown."""
    listed = await data.datasets.get(caller.tenant, dataset_id)
    return PlainTextResponse(card(listed, await data.training.analyse(caller.tenant, dataset_id)), media_type=MARKDOWN)


@routes.get(
    "/{dataset_id}/export",
    response_class=StreamingResponse,
    responses=documented(404) | {200: {"content": {JSONL: {}}, "description": "One example a line."}},
)
async def export_dataset(
    dataset_id: DatasetId, caller: MayRead, data: TheData, format_: FormatName = "openai", side: Side = Side.TRAIN
) -> Any:
    """One side of it as a file for a tuning platform, or for a person's eyes; scrubbed as it is stored."""
    examples = await data.training.members(caller.tenant, dataset_id, side)
    lines = shown(examples) if format_ == SHOWN else lines_of(examples, FORMATS[format_])
    name = f"{dataset_id}-{side}.{format_}.jsonl"
    return StreamingResponse(lines, media_type=JSONL, headers={"Content-Disposition": f'attachment; filename="{name}"'})
