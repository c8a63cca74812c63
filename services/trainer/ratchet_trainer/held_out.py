"""What judging needs of datasets."""

from collections.abc import Sequence
from typing import Protocol

from ratchet_trainer.dataset import Dataset
from ratchet_trainer.example import Example


class Datasets(Protocol):
    async def load(self, tenant: str, dataset_id: str) -> Dataset:
        """Without what was erased since. Raises UnknownDatasetError."""

    async def weights(self, tenant: str, task_type: str, examples: Sequence[Example]) -> list[float]: ...
