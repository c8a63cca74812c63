"""What this replica has heard is gone, and may have been about to keep itself: it goes out of the store once more.

It is remembered here until the store has done it: whoever told of it tells only once.
"""

from collections.abc import Collection
from itertools import islice
from typing import Final, Protocol

from ratchet_common.forgotten import Person
from ratchet_router.changed_documents import ChangedDocument

AT_ONCE: Final = 200  # of a round: what else was heard shall not wait for all of them


class KeptAnswers(Protocol):
    """Each may raise RetryLaterError."""

    async def withdraw(self, documents: Collection[tuple[str, str]], persons: Collection[tuple[str, str]]) -> None:
        """Of what waits to be written."""

    async def forget_person(self, person: Person) -> None: ...


class KeptFromDocuments(Protocol):
    async def forget(self, tenant: str, document_id: str) -> None:
        """Raises RetryLaterError."""


class StillToForget:
    def __init__(self, answers: KeptAnswers, from_documents: KeptFromDocuments) -> None:
        self._answers, self._from_documents = answers, from_documents
        self._persons: dict[Person, None] = {}
        self._documents: dict[tuple[str, str], None] = {}

    def hear(self, gone: Person | ChangedDocument) -> None:
        if isinstance(gone, Person):
            self._persons[gone] = None
        else:
            self._documents[gone.tenant, gone.document_id] = None

    async def one_round(self) -> bool:
        """True: there is more. Raises RetryLaterError, and the next round goes on where this one stopped."""
        persons, documents = list(islice(self._persons, AT_ONCE)), list(islice(self._documents, AT_ONCE))
        if not persons and not documents:
            return False
        await self._answers.withdraw(set(documents), {(one.tenant, one.name) for one in persons})
        for person in persons:
            await self._answers.forget_person(person)
            self._persons.pop(person, None)
        for tenant, document_id in documents:
            await self._from_documents.forget(tenant, document_id)
            self._documents.pop((tenant, document_id), None)
        return bool(self._persons or self._documents)
