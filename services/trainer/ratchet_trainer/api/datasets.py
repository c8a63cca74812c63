"""HTTP in: datasets."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path

from ratchet_common.auth import MayOperate, MayRead
from ratchet_common.problems import documented
from ratchet_common.vocabulary import known_task
from ratchet_trainer.api.data_bodies import DatasetPage, DatasetWanted, ShownAnalysis, ShownDataset
from ratchet_trainer.api.examples import Cursor, Limit, TaskName, TheData
from ratchet_trainer.dataset import Rules
from ratchet_trainer.split import SHARES

routes = APIRouter(prefix="/api/models/datasets", tags=["datasets"])

DatasetId = Annotated[str, Path(pattern="^[a-z_]{1,40}-[0-9a-f]{12}$")]


@routes.post("", status_code=201, responses=documented(404, 409))
async def build_dataset(body: DatasetWanted, caller: MayOperate, data: TheData) -> ShownDataset:
    """Of what is there now. Built again of the same examples by the same rules, it is the same dataset."""
    task = known_task(body.task_type).value
    dataset_id = await data.training.build(caller.tenant, task, _rules(data.training.rules, body))
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
async def get_dataset(dataset_id: DatasetId, caller: MayRead, data: TheData) -> ShownDataset:
    return ShownDataset.of(await data.datasets.get(caller.tenant, dataset_id))


@routes.get("/{dataset_id}/analyze", responses=documented(404))
async def analyze_dataset(dataset_id: DatasetId, caller: MayRead, data: TheData) -> ShownAnalysis:
    """What is in it. The first to ask waits while it is read through."""
    return ShownAnalysis.of(dataset_id, await data.training.analyse(caller.tenant, dataset_id))


def _rules(rules: Rules, wanted: DatasetWanted) -> Rules:
    shares = SHARES[wanted.split] if wanted.split else rules.shares
    return replace(rules, shares=shares, seed=rules.seed if wanted.seed is None else wanted.seed)
