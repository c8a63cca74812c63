"""What a version is judged on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from ratchet_common.errors import RefusedError, RetryLaterError
from ratchet_providers.base import ProviderError
from ratchet_trainer.collecting.example import Example
from ratchet_trainer.datasets.dataset import Dataset
from ratchet_trainer.judging.asked_baseline import Asked
from ratchet_trainer.judging.evaluation import usable
from ratchet_trainer.rollouts.versions import Version
from ratchet_trainer.suites.asking import CannotAskError

FEWEST: Final = 10  # cases, where the held-out side is large enough for them
ENOUGH: Final = 200  # with so many the baseline is asked nothing
FIRST_LOOK, LONGEST_LOOK = timedelta(minutes=1), timedelta(hours=6)  # whether there are more of them
LONGEST_WAIT: Final = timedelta(days=30)  # what serves it may cost money by the hour


class TooFewCasesError(RefusedError):
    status = 409
    type = "too-few-cases"
    title = "There is too little to judge the version on"


class Datasets(Protocol):
    async def build(self, tenant: str, task_type: str) -> str:
        """The dataset's id; what is built of the same examples has the same. Raises TooFewExamplesError."""

    async def load(self, tenant: str, dataset_id: str) -> Dataset:
        """Without what was erased since. Raises UnknownDatasetError."""

    async def weights(self, tenant: str, task_type: str, examples: Sequence[Example]) -> list[float]: ...


class Heard(Protocol):
    async def heard(self, version: Version, dataset: Dataset, most: int) -> list[Example]:
        """Requests that it was copied in the shadow, and cannot have learned."""


class Fresh(Protocol):
    async def since(self, version: Version, dataset: Dataset, most: int) -> list[Example]:
        """Requests that came after it, and that it cannot have learned."""


class Baseline(Protocol):
    async def answered(self, version: Version, baseline: str, examples: Sequence[Example]) -> Asked:
        """Raises CannotAskError, ProviderError, RetryLaterError."""


@dataclass(frozen=True, slots=True)
class Cases:
    """`asked`: how many of them the baseline was asked only now; `by`: as which version or model; `spent_usd`: so."""

    examples: list[Example]
    asked: int = 0
    by: str = ""
    spent_usd: float = 0.0


@dataclass(frozen=True)
class HeldOut:
    heard: Heard
    fresh: Fresh
    baseline: Baseline
    most: int

    async def of(self, version: Version, dataset: Dataset, baseline: str, now: datetime) -> Cases:
        """What it can be compared with the baseline on. Where its own held-out side has too few answers of that, what
        came since counts too; and where these are few, it is asked what it would answer to what was imported. What has
        waited long enough is judged by what there is.

        Raises TooFewCasesError, CannotAskError, ProviderError, RetryLaterError.
        """
        heard = await self.heard.heard(version, dataset, self.most)
        found = usable([*dataset.test, *heard], version.task_type, baseline)[: self.most]
        needed = max(1, min(FEWEST, len(dataset.test)))
        if len(found) < needed:
            there = {one.example_id for one in found}
            since = usable(await self.fresh.since(version, dataset, self.most), version.task_type, baseline)
            found = [*found, *(one for one in since if one.example_id not in there)][: self.most]
        asked = await self._asked(version, dataset, baseline, found, needed)
        if len(found) + len(asked.examples) < needed and now < version.created_at + LONGEST_WAIT:
            raise TooFewCasesError(_too_few(baseline, len(found), needed))
        return Cases([*found, *asked.examples], len(asked.examples), asked.by, asked.spent_usd)

    async def _asked(
        self, version: Version, dataset: Dataset, baseline: str, found: Sequence[Example], needed: int
    ) -> Asked:
        """Where it cannot be asked, or does not answer, and what there is does, that decides."""
        wanted = min(ENOUGH, self.most) - len(found)
        if wanted <= 0:
            return Asked()
        imported = [one for one in dataset.test if one.target_source == "imported"][:wanted]
        try:
            return await self.baseline.answered(version, baseline, imported)
        except (CannotAskError, ProviderError, RetryLaterError) as error:
            if len(found) >= needed:
                return Asked()
            if not isinstance(error, CannotAskError):
                raise
            raise TooFewCasesError(f"{_too_few(baseline, len(found), needed)} {error.detail}") from None


def patience(age: timedelta) -> timedelta:
    """Until it is looked again whether there is enough to judge a version on: what has waited long can wait longer."""
    return min(max(FIRST_LOOK, age / 10), LONGEST_LOOK)


def _too_few(baseline: str, found: int, needed: int) -> str:
    return (
        f"{needed} held-out requests are needed that {baseline} answered and people corrected or rated, and there are "
        f"{found}. As feedback on its answers comes in, these count; or give the version traffic by hand."
    )


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
