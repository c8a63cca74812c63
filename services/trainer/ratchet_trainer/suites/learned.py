"""What of the cases has a version learned already? Nobody is to be judged by that."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from ratchet_trainer.datasets.overlap import Fingerprints, OverlapError
from ratchet_trainer.rollouts.versions import Version
from ratchet_trainer.suites.suite import Case

TOLD: Final = 5  # cases

SeenAmong = Callable[[Fingerprints, Sequence[Sequence[str]]], Awaitable[list[bool]]]


class Versions(Protocol):
    async def get(self, tenant: str, version_id: str) -> Version:
        """Raises UnknownVersionError."""


class TrainedOn(Protocol):
    async def trained_on(self, tenant: str, dataset_id: str) -> Fingerprints:
        """Raises UnknownDatasetError."""


@dataclass(frozen=True, slots=True)
class Learned:
    """Cases that stand, or nearly, in the training side of a version's dataset, by their places."""

    version_id: str
    dataset_id: str
    places: Sequence[int]


@dataclass(frozen=True)
class Lessons:
    """Of which versions it is known what they were trained on. `seen_among`: in a worker process."""

    versions: Versions
    datasets: TrainedOn
    seen_among: SeenAmong

    async def among(self, tenant: str, version_ids: Collection[str], cases: Sequence[Case], own: str) -> list[Learned]:
        """`own`: the dataset whose held-out side the cases are, if they are one's: its training side has none of them.

        Raises UnknownVersionError, UnknownDatasetError.
        """
        found = []
        for version_id in version_ids:
            dataset_id = (await self.versions.get(tenant, version_id)).dataset_id
            if dataset_id and dataset_id != own:
                known = await self.datasets.trained_on(tenant, dataset_id)
                seen = await self.seen_among(known, [documents_of(case) for case in cases])
                found.append(Learned(version_id, dataset_id, [place for place, was in enumerate(seen) if was]))
        return [one for one in found if one.places]


def documents_of(case: Case) -> tuple[str, ...]:
    """What an example would have as its document: a passage, all of them, or what is asked where there is none."""
    passages = tuple(case.passages.values())
    if passages:
        return (*passages, "\n\n".join(passages)) if len(passages) > 1 else passages
    return (case.input or case.messages[-1].content,)


def refuse_what_was_learned(found: Sequence[Learned], cases: Sequence[Case]) -> None:
    """Raises OverlapError."""
    for one in found:
        ids = ", ".join(cases[place].id for place in one.places[:TOLD])
        more = f" and {len(one.places) - TOLD} more" if len(one.places) > TOLD else ""
        raise OverlapError(
            f"A model is not to be judged by what it has learned: of {len(cases)} cases {len(one.places)} stand, or "
            f"nearly, in the training side of {one.dataset_id}, on which {one.version_id} was trained: {ids}{more}. "
            "Take them out of the suite.",
            overlapping=len(one.places),
        )
