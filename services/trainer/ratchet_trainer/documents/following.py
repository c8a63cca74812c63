"""Use case: a document was deleted, or has another content, and what was learned from it follows.

What became of it is noted first, and then looked for in what is there. What comes later is turned away by the note;
what was written meanwhile is looked at once more after it was written. So whichever of the two comes second sees the
other, as where a user is forgotten.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol
from uuid import UUID

from ratchet_common.events import DocumentChanged
from ratchet_trainer.collecting.drafts import About, Draft, Refused
from ratchet_trainer.collecting.head import Head
from ratchet_trainer.collecting.targets import Reason
from ratchet_trainer.documents.resting import Became, DocumentRead, Fate, became, fates_in

Word = Draft | Refused
Refs = Sequence[tuple[UUID, int]]


class FateStore(Protocol):
    async def note(self, tenant: str, fates: Collection[Fate]) -> None:
        """What is known already of one of them and is worse, or newer, stays."""

    async def of(self, tenant: str, document_ids: Collection[str]) -> dict[str, Fate]:
        """Of those that something became of."""


class Traces(Protocol):
    """What there is of documents in the trainer's own collections."""

    async def take_out(self, tenant: str, document_id: str) -> None:
        """All that was learned from it: texts go, and of an example it stays that it was one."""

    async def set_aside(self, tenant: str, fate: Fate) -> None:
        """Examples of its older content: no new dataset takes them."""

    async def take_out_examples(self, tenant: str, refs: Refs) -> None: ...
    async def set_aside_examples(self, tenant: str, refs: Refs) -> None: ...


class Marks(Protocol):
    async def mark(self, tenant: str, fates: Collection[Fate]) -> None:
        """The datasets that hold examples of them, and the versions and jobs of those datasets."""


@dataclass(frozen=True)
class Following:
    fates: FateStore
    traces: Traces
    marks: Marks

    async def on_documents(self, changed: Sequence[DocumentChanged]) -> None:
        for tenant, found in fates_in(changed).items():
            fates = list(found.values())
            await self.fates.note(tenant, fates)
            for fate in fates:
                if fate.deleted_at is None:
                    await self.traces.set_aside(tenant, fate)
                else:
                    await self.traces.take_out(tenant, fate.document_id)
            await self.marks.mark(tenant, fates)

    async def refusing(self, words: Sequence[Word]) -> list[Word]:
        """What rests on a document that was deleted teaches nothing."""
        return [
            Refused(word.about, Reason.DOCUMENT_DELETED) if what is Became.DELETED and isinstance(word, Draft) else word
            for word, what in await self._became(words)
        ]

    async def look_again(self, words: Sequence[Word]) -> None:
        """After they were written: what was noted meanwhile, or turned away and written by an earlier attempt."""
        fell = [(word.about, what) for word, what in await self._became(words) if what is not None]
        for (tenant, what), its in groupby(sorted(fell, key=_kind), key=_kind):
            refs = [(about.example_id, about.revision) for about, _ in its]
            if what is Became.DELETED:
                await self.traces.take_out_examples(tenant, refs)
            else:
                await self.traces.set_aside_examples(tenant, refs)

    async def fell(self, tenant: str, heads: Sequence[Head]) -> tuple[set[UUID], list[Fate]]:
        """Of these examples those that no dataset may be built of, and what became of the documents of those."""
        fates = await self.fates.of(tenant, {one.document_id for head in heads for one in head.documents})
        fell = [head for head in heads if became(head.documents, fates)] if fates else []
        of_them = {one.document_id for head in fell for one in head.documents}
        return {head.example_id for head in fell}, [fate for fate in fates.values() if fate.document_id in of_them]

    async def mark(self, tenant: str, fates: Collection[Fate]) -> None:
        """A dataset that was built meanwhile."""
        await self.marks.mark(tenant, fates)

    async def _became(self, words: Sequence[Word]) -> list[tuple[Word, Became | None]]:
        read: dict[str, set[str]] = {}
        for word in words:
            read.setdefault(word.about.tenant, set()).update(_ids(word.about.documents))
        fates = {tenant: await self.fates.of(tenant, ids) for tenant, ids in read.items() if ids}
        return [(word, _of(word, fates)) for word in words]


def _of(word: Word, fates: Mapping[str, Mapping[str, Fate]]) -> Became | None:
    return became(word.about.documents, fates.get(word.about.tenant, {}))


def _ids(read: Sequence[DocumentRead]) -> set[str]:
    return {one.document_id for one in read}


def _kind(fallen: tuple[About, Became]) -> tuple[str, Became]:
    about, what = fallen
    return about.tenant, what
