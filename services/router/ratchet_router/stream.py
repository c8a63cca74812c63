"""Use case: a request gets its answer bit by bit. The end of it is withheld until it is recorded."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

import msgspec
from msgspec.structs import replace

from ratchet_common import breaking_off
from ratchet_common.errors import RefusedError
from ratchet_providers.base import ModelAnswer, Piece, Shape
from ratchet_providers.replay import of_body, of_text
from ratchet_providers.usage import estimated_for
from ratchet_router.answer import made
from ratchet_router.answered import Answered
from ratchet_router.ask import Ask
from ratchet_router.beginning import begun
from ratchet_router.failures import NoAnswerError
from ratchet_router.grounding.dressed import with_sources
from ratchet_router.idempotency import replayed
from ratchet_router.keeping import keep, kept
from ratchet_router.long_texts import answered_in_parts
from ratchet_router.memory import Entry
from ratchet_router.parts import Parts
from ratchet_router.progress import Progress
from ratchet_router.recording import NotRecordedError
from ratchet_router.shadowing import copied
from ratchet_router.shapes.shape import Failure, Frames
from ratchet_router.streaming import Shown, streamed
from ratchet_router.withholding import Withholding

Pieces = AsyncGenerator[Sequence[Piece], None]
About = Callable[[Answered], bytes]


@dataclass(slots=True)
class Opened:
    """A stream whose first token is there: until then, what goes wrong is an ordinary error.

    `kept`: the answer that was given before, if this is one.
    """

    progress: Progress
    coming: Pieces
    withholding: Withholding
    shown: Shown = field(default_factory=Shown)
    kept: Answered | None = None
    at_end: Callable[[Answered | None], Awaitable[None]] | None = None  # hears what was recorded, or that nothing was
    before_the_end: Callable[[Answered], Awaitable[None]] | None = None  # once it is recorded and told
    first: list[Piece] = field(default_factory=list)
    _noted: bool = False

    def who(self) -> Answered:
        """Who answers, as far as that is known now."""
        return self.kept or self.progress.of_nobody(by=self.shown.by)

    async def frames(self, frames: Frames, about: About) -> AsyncGenerator[bytes, None]:
        """The answer in the caller's shape. Whatever happens is recorded; an error is said in that shape."""
        try:
            async with aclosing(self._all()) as coming:
                async for pieces in coming:
                    passing = self.withholding.passing(pieces)
                    if passing and (said := frames.said(passing)):
                        yield said
            answered = await self._recorded()
        except NoAnswerError as error:
            breaking_off.note(error.status)
            await self.progress.record_failure(self._broken_off())
            yield frames.failed(failure_of(error))
        except NotRecordedError as error:
            breaking_off.note(error.status)
            yield frames.failed(failure_of(error))
        except (asyncio.CancelledError, GeneratorExit):
            await self.progress.record_cancelled(self.progress.answered or self._so_far())
            await self._note(self.progress.answered)  # whoever hung up when it was there comes back for it
            raise
        else:
            closing = frames.said(self.withholding.held) + frames.ended(answered.usage, about(answered))
            if self.before_the_end is not None:
                await self.before_the_end(answered)
            yield closing
            copied(self.progress)
        finally:
            await self.progress.record_the_unforeseen(self._so_far)
            self.progress.over()
            await self._note(None)

    async def _all(self) -> Pieces:
        first, self.first = self.first, []
        async with aclosing(self.coming) as coming:
            yield first
            async for pieces in coming:
                yield pieces

    async def _recorded(self) -> Answered:
        """Raises NotRecordedError."""
        if self.kept is not None:
            self.progress.answered = self.kept
            return self.kept if self.kept.replayed else await self._record(self.kept)
        by, said = self.shown.by, self._said()
        if by is None:
            raise RuntimeError("A stream has ended that nobody began.")
        answered = self.progress.of_model(by, said)
        if self.withholding.events:
            answered = self._in_its_own_shape(answered)
        self.progress.answered = answered
        await keep(self.progress, answered, by)
        return await self._record(answered)

    def _in_its_own_shape(self, answered: Answered) -> Answered:
        """Of what went on in another shape than it began in, the text alone is whole."""
        if self.withholding.assembly.begun:
            return replace(answered, body=None)
        return replace(answered, events=tuple(self.withholding.events), shape=self.native_shape)

    async def _record(self, answered: Answered) -> Answered:
        recorded = await self.progress.record(answered, "ok")
        await self._note(recorded)
        return recorded

    async def _note(self, answered: Answered | None) -> None:
        """Once, for whoever waits to hear what became of it."""
        if self.at_end is not None and not self._noted:
            self._noted = True
            await self.at_end(answered)

    @property
    def native_shape(self) -> Shape:
        native = self.progress.ask.native
        return native.shape if native else "chat"

    def _said(self) -> ModelAnswer:
        whole, by = self.withholding, self.shown.by
        output = "".join(whole.text)
        asked = self.progress.request(by)
        usage = self.shown.usage or estimated_for(asked.messages, 0, asked.fields)  # as the model read it
        return ModelAnswer(
            output=output,
            usage=usage,
            model=by.upstream_model if by else "",
            finish=whole.finish,
            body=whole.assembly.body(usage) if whole.assembly.begun else None,
            simulated=by.simulated if by else False,
        )

    def _broken_off(self) -> Answered:
        """What it cost stands in its attempts, and is billed to nobody."""
        return self.progress.of_nobody(by=self.shown.by, output=self.shown.so_far())

    def _so_far(self) -> Answered:
        shown = self.shown
        return self.progress.of_nobody(spent=shown.usage, by=shown.by, output=shown.so_far())


async def opened(ask: Ask, parts: Parts) -> Opened:
    """Returns once the first token is there. Raises what planning raises, NoAnswerError."""
    progress, stream = begun(ask, parts), None
    try:
        stream = await _opening(progress)
    except NoAnswerError as error:
        progress.settle(error)
        await progress.record_failure(progress.of_nobody())
        raise
    except asyncio.CancelledError:
        await progress.record_cancelled(progress.stopped())
        raise
    finally:
        if stream is None:
            await progress.record_the_unforeseen(progress.stopped)
            progress.over()
    return stream


async def _opening(progress: Progress) -> Opened:
    ask = progress.ask
    if ask.grounding is not None:  # what may turn out not to be sure enough is not shown before that is known
        answered = await made(progress)
        said = of_text(answered.output or "", answered.finish, answered.usage, model=answered.model)
        return Opened(progress, _at_once(said), Withholding(ask.choices), kept=answered)
    if (entry := await kept(progress)) is not None and (pieces := _again(entry)) is not None:
        return Opened(progress, _at_once(pieces), Withholding(ask.choices), kept=progress.of_entry(entry))
    await progress.admit()
    if progress.window is not None:  # the parts are worked on side by side, so there is nothing to show before
        by, answered = await answered_in_parts(progress, progress.window)
        await keep(progress, answered, by)
        said = of_text(answered.output or "", answered.finish, answered.usage, model=answered.model)
        return Opened(progress, _at_once(said), Withholding(ask.choices), kept=answered)
    shown = Shown(ask.choices)
    coming = streamed(progress.request(), progress.tries(streams=True), shown)
    stream = Opened(progress, coming, Withholding(ask.choices), shown)
    await _until_it_shows(stream)
    return stream


def opened_again(entry: Entry, ask: Ask, parts: Parts) -> Opened:
    """The very answer that was given before under the same key: it is not recorded again, and nothing is looked up."""
    if ask.context is not None and entry.grounding is not None:
        ask = with_sources(ask, ask.context, entry.grounding)
    pieces = _again(entry) or of_text(entry.output, entry.finish, entry.usage, model=entry.model)
    return Opened(begun(ask, parts), _at_once(pieces), Withholding(ask.choices), kept=replayed(entry))


async def _until_it_shows(stream: Opened) -> None:
    async for pieces in stream.coming:
        stream.first += pieces
        if any(piece.shows or piece.finish for piece in pieces):
            return


async def _at_once(pieces: Sequence[Piece]) -> Pieces:
    yield pieces


def _again(entry: Entry) -> list[Piece] | None:
    """None for one that came whole and holds something odd, which only who reads it as it came can make sense of."""
    if entry.events is not None:
        return _as_it_came(entry, entry.events)
    if entry.body is None or entry.shape != "chat":
        return of_text(entry.output, entry.finish, entry.usage, model=entry.model)
    try:
        return of_body(entry.body, entry.usage)
    except msgspec.ValidationError:
        return None


def _as_it_came(entry: Entry, events: Sequence[tuple[str, msgspec.Raw]]) -> list[Piece]:
    """The last one says how it ended: what is withheld until the record is only that."""
    *most, (name, data) = events
    pieces = [Piece(shape=entry.shape, event=event, data=bytes(said), shows=True) for event, said in most]
    return [*pieces, Piece(shape=entry.shape, event=name, data=bytes(data), finish=entry.finish, usage=entry.usage)]


def failure_of(error: RefusedError) -> Failure:
    wait = error.headers.get("Retry-After")
    return Failure(
        status=error.status,
        code=getattr(error, "code", "") or error.type,
        message=error.detail,
        param=getattr(error, "param", None),
        retry_after_s=float(wait) if wait else None,
        too_long=getattr(error, "too_long", None),
    )
