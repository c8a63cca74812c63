"""What a version is judged on."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from ratchet_trainer.collecting.example import Example
from ratchet_trainer.datasets.dataset import Dataset
from ratchet_trainer.rollouts.versions import Version


class Datasets(Protocol):
    async def build(self, tenant: str, task_type: str) -> str:
        """The dataset's id; what is built of the same examples has the same. Raises TooFewExamplesError."""

    async def load(self, tenant: str, dataset_id: str) -> Dataset:
        """Without what was erased since. Raises UnknownDatasetError."""

    async def weights(self, tenant: str, task_type: str, examples: Sequence[Example]) -> list[float]: ...


async def with_exam(version: Version, datasets: Datasets) -> Version:
    """What was trained on nobody knows what is judged on a dataset of what is there now: on the same at each try.

    Raises TooFewExamplesError.
    """
    if version.dataset_id or version.exam:
        return version
    return replace(version, exam=await datasets.build(version.tenant, version.task_type))


async def dataset_for(version: Version, datasets: Datasets) -> Dataset:
    """The one that it was trained on, else its exam: of that only what it cannot have learned, as far as it is said
    what that was. Raises UnknownDatasetError.
    """
    dataset = await datasets.load(version.tenant, version.dataset_id or version.exam)
    until = version.learned_until
    if version.dataset_id or until is None:
        return dataset
    return replace(dataset, test=[example for example in dataset.test if example.learned_at > until])
