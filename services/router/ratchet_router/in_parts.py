"""Use case: a text that is too long for a model is worked on in parts, side by side, and their answers become one.

`call` asks a model once, and keeps account of its tries itself: what was spent before a failure is known there. What is
returned carries the usage and the cost of all calls together, those that merge among them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from msgspec.structs import replace

from ratchet_common import conversation
from ratchet_common.errors import RefusedError
from ratchet_common.events import Usage
from ratchet_common.vocabulary import TaskType
from ratchet_providers.media import NO_MEDIA
from ratchet_router.ask import Ask
from ratchet_router.assembly import assembled, document_of
from ratchet_router.merging import BY_CALL, PartAnswer, merged, to_be_merged, with_all_costs
from ratchet_router.splitting import split, tokens_of
from ratchet_router.template import Template
from ratchet_router.too_long import CONTEXT_LENGTH_EXCEEDED

LEAST_ROOM: Final = 200  # tokens of a text; less makes no sense of anything
SPARED: Final = 0.9  # of the room is used: tokens are estimated
OVERLAP: Final = 0.05  # of a part stands in the next one again
AT_ONCE, MOST_PARTS = 4, 64

NOTE: Final = (
    "The text is part {number} of {parts} of a longer one, and may begin or end in the middle of something. Answer for "
    "this part alone: the answers for all parts are put together afterwards."
)
MERGING: Final = (
    "The text below is not the document itself. It holds the answers that were given for {parts} parts of one "
    "document, in their order. Make one answer of them, as if for the whole document: say once what several of them "
    "say, keep what only one of them says, and add nothing."
)

Call = Callable[[Ask], Awaitable[PartAnswer]]


class TooLongError(RefusedError):
    type = "too-long"
    code = CONTEXT_LENGTH_EXCEEDED
    title = "The text is too long for the model, in parts too"


@dataclass(frozen=True, slots=True)
class Window:
    """Of a model, in tokens: what it can hold in all, what it is told beside the text, and what its answer may take."""

    context: int
    told: int
    answer: int

    @property
    def room(self) -> int:
        """For the text."""
        return int((self.context - self.told - self.answer) * SPARED)

    @property
    def of_one_part(self) -> Usage:
        """What a call reads of a text that fills it."""
        return Usage(input_tokens=self.told + self.room, estimated=True)


@dataclass(frozen=True, slots=True)
class InParts:
    """`answer` carries the usage and the cost of all calls."""

    answer: PartAnswer
    parts: int
    calls: int


def window_for(ask: Ask, template: Template, *, context: int, answer: int) -> Window:
    """Of a model that holds `context` tokens: the template and the examples are told with each part."""
    told = assembled(template, _about(ask, "", ""))
    return Window(context, sum(tokens_of(message["content"]) for message in told), answer)


def fits(ask: Ask, window: Window) -> bool:
    return tokens_of(document_of(ask)) <= window.room


async def worked_in_parts(
    ask: Ask, window: Window, call: Call, *, at_once: int = AT_ONCE, most_parts: int = MOST_PARTS
) -> InParts:
    """A text that fits is asked about once. When a call fails, the others are stopped, and its error is raised:

    an answer for some of the parts would look like one for all.

    Raises TooLongError, and what `call` raises.
    """
    if fits(ask, window):
        return InParts(await call(ask), parts=1, calls=1)
    texts = await asyncio.to_thread(_parts, ask, window, most_parts)  # tenths of a second for the longest
    ask = _with_share_of_cost(ask, len(texts))
    turns = asyncio.Semaphore(at_once)

    async def one(part: Ask) -> PartAnswer:
        async with turns:
            return await call(part)

    asks = [_about(ask, text, NOTE.format(number=n, parts=len(texts))) for n, text in enumerate(texts, 1)]
    answers = await _side_by_side([one(part) for part in asks])
    if ask.task_type in BY_CALL:
        return await _merged_by_call(ask, answers, window, one)
    answer = await asyncio.to_thread(merged, ask.task_type, answers, texts, ask.labels)
    return InParts(answer, parts=len(texts), calls=len(texts))


def _with_share_of_cost(ask: Ask, parts: int) -> Ask:
    """What each call may cost: those that merge are one fewer than the parts at most."""
    if ask.max_cost_usd is None:
        return ask
    calls = 2 * parts - 1 if ask.task_type in BY_CALL else parts
    return replace(ask, max_cost_usd=ask.max_cost_usd / calls)


def _parts(ask: Ask, window: Window, most_parts: int) -> list[str]:
    if ask.task_type is TaskType.CHAT:
        raise TooLongError("A conversation cannot be worked on in parts: shorten it, or name a model that can hold it.")
    if window.room < LEAST_ROOM:
        raise TooLongError(
            f"Of the model's {window.context} tokens {window.told} are taken by the prompt and {window.answer} by the "
            "answer, which leaves no room for the text: name a model that can hold more, or give fewer examples."
        )
    pieces = split(document_of(ask), tokens=window.room, overlap_tokens=int(window.room * OVERLAP))
    if len(pieces) > most_parts:
        raise TooLongError(
            f"The text makes {len(pieces)} parts for the model, more than {most_parts}: send it in several requests, "
            "or name a model that can hold more."
        )
    return [piece.text for piece in pieces]


async def _merged_by_call(ask: Ask, answers: Sequence[PartAnswer], window: Window, call: Call) -> InParts:
    """In rounds, if what the parts said is itself too long for one."""
    every, level = list(answers), list(answers)
    while len(level) > 1:
        groups = _grouped(level, window.room)
        if len(groups) == len(level):
            raise TooLongError("What the model wrote about the parts is too long to be made one: ask for less of each.")
        level = await _side_by_side([_one_of(ask, group, call) for group in groups])
        every += [answer for answer, group in zip(level, groups, strict=True) if len(group) > 1]
    return InParts(with_all_costs(level[0], every), parts=len(answers), calls=len(every))


async def _one_of(ask: Ask, group: Sequence[PartAnswer], call: Call) -> PartAnswer:
    if len(group) == 1:
        return group[0]
    outputs = [answer.output for answer in group]
    return await call(_about(ask, to_be_merged(outputs), MERGING.format(parts=len(group))))


def _grouped(answers: Sequence[PartAnswer], room: int) -> list[list[PartAnswer]]:
    """Neighbours together, as many as fit."""
    groups: list[list[PartAnswer]] = []
    for answer in answers:
        together = [one.output for one in (*groups[-1], answer)] if groups else []
        if together and tokens_of(to_be_merged(together)) <= room:
            groups[-1].append(answer)
        else:
            groups.append([answer])
    return groups


def _about(ask: Ask, text: str, note: str) -> Ask:
    messages = msgspec.Raw(msgspec.json.encode(conversation.as_messages([text], ask.question)))
    return replace(ask, document=text, messages=messages, media=NO_MEDIA, documents=1, note=note)


async def _side_by_side(work: Sequence[Awaitable[PartAnswer]]) -> list[PartAnswer]:
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
