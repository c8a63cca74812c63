"""What the tests have tuned."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.bedrock.platform import BedrockPlatform
from ratchet_trainer.platforms.platform import Order, TrainingFile

NOVA = "amazon.nova-lite-v1:0:300k"
CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0:200k"


def order_of(base_model: str = NOVA, **its: Any) -> Order:
    its = {"hyperparameters": {"epochs": 2, "learning_rate": 0.00001}} | its
    return Order(token=uuid4().hex, tenant="acme & sons", task_type="summary", base_model=base_model, **its)


def file_of(folder: Path, side: Side = Side.TRAIN, content: bytes = b'{"a": 1}\n' * 20) -> TrainingFile:
    path = folder / f"{side}.jsonl"
    path.write_bytes(content)
    return TrainingFile(side=side, path=path, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))


async def uploaded(platform: BedrockPlatform, order: Order, folder: Path) -> Mapping[Side, str]:
    return {side: await platform.upload(order, file_of(folder, side)) for side in (Side.TRAIN, Side.VALIDATION)}


async def created(platform: BedrockPlatform, order: Order, folder: Path) -> str:
    return await platform.create(order, await uploaded(platform, order, folder))
