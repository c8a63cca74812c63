"""A streamed answer that does not end half-way: begun anew while nothing was shown, continued where a model can.

What was shown is never shown twice, and what is not whole never looks as if it were: where neither helps, it ends in an
error that says so.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from ratchet_common.events import Usage
from ratchet_providers.base import ModelRequest, Piece
from ratchet_providers.failing import ProviderError
from ratchet_router.calling import request_to
from ratchet_router.continuing import Seam
from ratchet_router.failures import no_answer
from ratchet_router.one_try import Asking
from ratchet_router.repeating import SeamError
from ratchet_router.spent import Spent
from ratchet_router.target import Target
from ratchet_router.tries import Tries


@dataclass(slots=True)
class Shown:
    """What the caller has seen up to now. `only_text`: nothing that a model could not be given back to go on from.
    `choices`: how many were asked for: a model can go on with one alone.
    """

    choices: int = 1
    text: list[str] = field(default_factory=list)
    anything: bool = False
    only_text: bool = True
    by: Target | None = None
    usage: Usage | None = None  # of the call that goes on, once that is over

    def so_far(self) -> str:
        return "".join(self.text)

    def may_go_on(self) -> bool:
        """Thoughts alone, or a picture, are nothing to go on from: they would come once more."""
        return self.choices == 1 and self.only_text and any(self.text)

    def add(self, piece: Piece) -> None:
        if piece.shows:
            self.anything = True
            self.only_text = self.only_text and _is_mere_text(piece)
        if piece.text:
            self.text.append(piece.text)


def _is_mere_text(piece: Piece) -> bool:
    """Of one choice. Of the caller's own shapes, messages can go on in chunks of a chat: their frames know the block
    that is open.
    """
    if piece.chunk is None:
        return piece.shape == "messages" and bool(piece.text)
    deltas = [choice.delta for choice in piece.chunk.choices if choice.index == 0]
    alone = len(deltas) == len(piece.chunk.choices)
    return alone and not any(delta.tool_calls or delta.refusal or delta.images or delta.audio for delta in deltas)


async def streamed(request: ModelRequest, tries: Tries[Target], shown: Shown) -> AsyncGenerator[Sequence[Piece], None]:
    """The pieces of one whole answer, whoever gave them; `shown.by` is who gave the last. Raises NoAnswerError."""
    while (target := await tries.next()) is not None:
        whole = False
        with tries.asking(target) as asking:
            shown.by = target
            async with aclosing(_pieces(target, request, tries, shown, asking)) as coming:
                async for pieces in coming:
                    yield pieces
            whole = True
        if whole:
            return
        if shown.anything:
            tries.only(lambda other: other.continues and shown.may_go_on())
    raise no_answer(tries.errors)


async def _pieces(
    target: Target, request: ModelRequest, tries: Tries[Target], shown: Shown, asking: Asking[Target]
) -> AsyncGenerator[Sequence[Piece], None]:
    so_far, shown.usage = shown.so_far(), None
    spent, stopped = Spent(), False
    seam = Seam(so_far) if so_far else None
    wanted = request_to(target, request, tries.limits_of(target), so_far=so_far)
    unseen: list[Piece] | None = []  # until it shows something: if it fails before, nobody shall hear of it
    try:
        async with aclosing(target.provider.stream(wanted)) as coming:
            async for pieces in coming:
                for piece in pieces:
                    spent.add(piece)
                joined = seam.joined(pieces) if seam else pieces
                for piece in joined:
                    shown.add(piece)
                if unseen is None:
                    yield joined
                    continue
                unseen += joined
                if any(piece.shows for piece in joined):
                    tries.around.shows(target)
                    asking.shows()
                    ready, unseen = unseen, None
                    yield ready
        if unseen:
            yield unseen
    except SeamError as error:
        raise ProviderError("malformed", str(error)) from error
    except (asyncio.CancelledError, GeneratorExit):
        stopped = True
        raise
    finally:
        asking.usage = shown.usage = spent.usage(wanted, so_far, asked=stopped)
