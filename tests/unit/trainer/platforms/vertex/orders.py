"""What the tests have tuned."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.platform import Order, TrainingFile
from ratchet_trainer.platforms.vertex.platform import VertexPlatform

GEMINI = "gemini-2.5-flash"


def order_of(base_model: str = GEMINI, **its: Any) -> Order:
    its = {"hyperparameters": {"epochs": 3, "adapter_size": 4}} | its
    return Order(token=uuid4().hex, tenant="Acme & sons", task_type="summary", base_model=base_model, **its)


def file_of(folder: Path, side: Side = Side.TRAIN, content: bytes = b'{"a": 1}\n' * 20) -> TrainingFile:
    path = folder / f"{side}.jsonl"
    path.write_bytes(content)
    return TrainingFile(side=side, path=path, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))


async def uploaded(platform: VertexPlatform, order: Order, folder: Path) -> Mapping[Side, str]:
    return {side: await platform.upload(order, file_of(folder, side)) for side in (Side.TRAIN, Side.VALIDATION)}


async def created(platform: VertexPlatform, order: Order, folder: Path) -> str:
    return await platform.create(order, await uploaded(platform, order, folder))
