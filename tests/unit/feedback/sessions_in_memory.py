"""The fake at the border of what is said of sessions, beside that of the feedback service."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

from ratchet_feedback.answers import Answer
from ratchet_feedback.said import Feedback, Saved, feedback_id
from ratchet_feedback.sessions import InSession, SavedWord, SessionWord, session_key, word_id
from ratchet_feedback.waiting import SECOND_LOOK
from tests.unit.feedback.in_memory import InMemoryStore


@dataclass
class SessionsInMemory:
    store: InMemoryStore
    words: dict[UUID, SavedWord] = field(default_factory=dict)
    heard: dict[UUID, int] = field(default_factory=dict)

    async def save_word(self, said: SessionWord) -> SavedWord:
        now, before = datetime.now(UTC), self.words.get(word_id(said))
        if before and before.said == said:
            return before
        revision, results = (before.revision + 1, before.results) if before else (1, ())
        word = SavedWord(said=said, revision=revision, said_at=now, due_at=now + SECOND_LOOK, results=results)
        self.words[word_id(said)] = word
        return word

    async def answers_of(self, said: SessionWord, until: datetime, limit: int) -> list[InSession]:
        its = [a for a in self.store.known.values() if (a.tenant, a.session) == (said.tenant, said.session_id)]
        given = sorted((a for a in its if a.answered_at <= until), key=lambda a: a.answered_at, reverse=True)
        return [InSession(a.result_id, a.user) for a in given[:limit]]

    async def keep_shares(self, word: SavedWord, shares: Collection[Feedback]) -> list[Saved]:
        new = [share for share in shares if self.heard.get(feedback_id(share), 0) < word.revision]
        self.heard |= {feedback_id(share): word.revision for share in new}
        return await self.store.save_all(new)

    async def told(self, word: SavedWord, results: Sequence[UUID], _askers: Iterable[str]) -> None:
        self._change(word, replace(word, results=tuple(results), due_at=None))

    async def due_words(self, now: datetime, limit: int) -> list[SavedWord]:
        return [word for word in self.words.values() if word.due_at and word.due_at <= now][:limit]

    async def wait_on_word(self, word: SavedWord, until: datetime) -> None:
        self._change(word, replace(word, due_at=until))

    async def expire_word(self, word: SavedWord) -> None:
        self._change(word, replace(word, due_at=None))

    async def stir(self, answers: Collection[Answer]) -> None:
        keys = {session_key(answer.tenant, answer.session) for answer in answers if answer.session}
        for which, word in self.words.items():
            if session_key(word.said.tenant, word.said.session_id) in keys:
                self.words[which] = replace(word, due_at=datetime.now(UTC))

    def _change(self, word: SavedWord, changed: SavedWord) -> None:
        if self.words[word_id(word.said)] == word:
            self.words[word_id(word.said)] = changed
