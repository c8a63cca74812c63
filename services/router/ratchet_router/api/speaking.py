"""One request, answered in the shape that its caller speaks: whole or streamed, once if it says so."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

from fastapi import Request, Response

from ratchet_common.auth import Caller
from ratchet_router.answered import Answered
from ratchet_router.api.about import JsonAnswer, at_the_end, headers
from ratchet_router.api.event_stream import EventStream
from ratchet_router.api.hanging_up import Callers, hung_up
from ratchet_router.ask import Ask
from ratchet_router.cache_control import cache_control
from ratchet_router.once import Prepare, answer_once, as_it_is, once, opened_once
from ratchet_router.parts import Parts
from ratchet_router.shapes.shape import Frames
from ratchet_router.stream import Opened


class Spoken(Protocol):
    """How one request is answered in its shape."""

    def body(self, answered: Answered) -> bytes:
        """Of a whole answer, JSON."""

    def frames(self, who: Answered) -> Frames:
        """`who`: the answer as far as it is known when the first token is there."""

    async def told(self, answered: Answered, whole: bytes | Frames) -> None:
        """It is recorded, and ready to go out."""


async def answer_in_shape(
    request: Request, caller: Caller, ask: Ask, spoken: Spoken, prepare: Prepare = as_it_is
) -> Response:
    """Raises what answering raises; each shape renders that in its own way."""
    parts: Parts = request.app.state.parts
    callers: Callers = request.app.state.callers
    if control := request.headers.get("cache-control"):
        ask = cache_control(control).over(ask)
    wanted = once(request.headers, caller.tenant, request.scope["path"], await request.body())
    with callers.watching(request):
        if ask.stream:
            return await _streamed(await opened_once(ask, wanted, parts, prepare), callers, spoken)
        answered = await answer_once(ask, wanted, parts, partial(hung_up, request), prepare)
        body = spoken.body(answered)
        await spoken.told(answered, body)
    return JsonAnswer(body, headers(answered))


async def _streamed(stream: Opened, callers: Callers, spoken: Spoken) -> Response:
    who = stream.who()
    frames = spoken.frames(who)
    stream.before_the_end = _telling(spoken, frames)
    return EventStream(stream.frames(frames, at_the_end), frames, headers(who, streamed=True), callers)


def _telling(spoken: Spoken, frames: Frames) -> Callable[[Answered], Awaitable[None]]:
    async def told(answered: Answered) -> None:
        await spoken.told(answered, frames)

    return told
