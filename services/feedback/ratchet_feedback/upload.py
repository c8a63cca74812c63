"""Use case: much feedback at once, line by line: each is kept, or refused with its reason; none stops the others."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Final

from ratchet_common.errors import RetryLaterError, UnavailableError
from ratchet_feedback.said import Feedback, FeedbackStore
from ratchet_feedback.sessions import SessionStore, SessionWord, say, word_id
from ratchet_feedback.submit import Status, submit_all

AT_ONCE: Final = 50  # the embedded store compares each document found with each that was asked for: n lines cost n * n
MOST_NAMED: Final = 10_000  # refused lines; the others are counted


@dataclass(frozen=True, slots=True)
class Refused:
    """`line` counts from 1."""

    line: int
    reason: str


@dataclass(slots=True)
class Uploaded:
    """Of one user's lines on one answer the last stands; each of them counts as kept."""

    lines: int = 0
    kept: int = 0
    pending: int = 0  # of those kept: their answers are not known yet
    refused: int = 0
    faults: list[Refused] = field(default_factory=list)

    def refuse(self, reason: str) -> None:
        self.refused += 1
        if len(self.faults) < MOST_NAMED:
            self.faults.append(Refused(self.lines, reason))


class UploadBrokenOffError(UnavailableError):
    type = "upload-broken-off"
    title = "The upload broke off in the middle"

    def __init__(self, found: Uploaded) -> None:
        super().__init__(
            f"The store went away: of the first {found.lines} lines {found.kept} were kept for certain and "
            f"{found.refused} refused, and no more was read. Send the file again: what is kept counts once.",
            lines=found.lines,
            kept=found.kept,
            refused=found.refused,
            faults=[asdict(one) for one in found.faults],
        )


async def upload(
    lines: AsyncIterator[bytes | None],
    read: Callable[[bytes | None], Feedback | SessionWord | str],
    store: FeedbackStore,
    sessions: SessionStore,
    *,
    dry_run: bool = False,
) -> Uploaded:
    """`read`: of a line the feedback, or why there is none. Sent again, each word replaces itself.

    Raises UploadBrokenOffError where the store goes away.
    """
    found, waiting = Uploaded(), list[Feedback | SessionWord]()
    async for line in lines:
        found.lines += 1
        if line is not None and not line.strip():
            continue
        word = read(line)
        if isinstance(word, str):
            found.refuse(word)
            continue
        waiting.append(word)
        if len(waiting) == AT_ONCE:
            await _keep_or_say(waiting, store, sessions, found, dry_run=dry_run)
            waiting = []
    await _keep_or_say(waiting, store, sessions, found, dry_run=dry_run)
    return found


async def _keep_or_say(
    words: Sequence[Feedback | SessionWord],
    store: FeedbackStore,
    sessions: SessionStore,
    found: Uploaded,
    *,
    dry_run: bool,
) -> None:
    try:
        await _keep(words, store, sessions, found, dry_run=dry_run)
    except RetryLaterError as error:
        raise UploadBrokenOffError(found) from error


async def _keep(
    words: Sequence[Feedback | SessionWord],
    store: FeedbackStore,
    sessions: SessionStore,
    found: Uploaded,
    *,
    dry_run: bool,
) -> None:
    if dry_run:
        found.kept += len(words)
        return
    if of_answers := [word for word in words if isinstance(word, Feedback)]:
        found.pending += await submit_all(of_answers, store)
    last = {word_id(word): word for word in words if isinstance(word, SessionWord)}
    for word in last.values():
        found.pending += (await say(word, sessions, store)).status is Status.PENDING
    found.kept += len(words)
