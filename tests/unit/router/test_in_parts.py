import asyncio
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec
import pytest
from msgspec.structs import replace

from ratchet_common import conversation
from ratchet_common.events import Usage
from ratchet_common.vocabulary import TaskType
from ratchet_router.ask import Ask, Example
from ratchet_router.assembly import assembled
from ratchet_router.in_parts import TooLongError, Window, fits, window_for, worked_in_parts
from ratchet_router.merging import PartAnswer
from ratchet_router.template_files import read_templates
from tests.unit.router.asks import ask

WINDOW = Window(context=1_000, told=200, answer=100)  # 630 tokens of text
SENTENCES = [f"Person{n} sends report{n} by Monday. " for n in range(600)]  # 5,000 tokens or so
LONG = "".join(SENTENCES)


class AwayError(Exception):
    pass


@dataclass
class FakeCall:
    """Answers with what `answer` makes of the request; fails on the part with that number."""

    output: str = "Short."
    label: str | None = None
    fails_on: int = 0
    asked: list[Ask] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    ended: int = 0

    async def __call__(self, asked: Ask) -> PartAnswer:
        self.asked.append(asked)
        number = len(self.asked)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0.001 if number != self.fails_on else 0)
            if number == self.fails_on:
                raise AwayError
        finally:
            self.at_once -= 1
        self.ended += 1
        usage = Usage(input_tokens=asked.input_tokens, output_tokens=1)
        items = tuple(s.strip() for s in SENTENCES if s.strip() in asked.document)
        return PartAnswer(
            output=self.output, label=self.label, items=items, usage=usage, cost_usd=Decimal("0.01"), confidence=0.5
        )


def long(task: TaskType = TaskType.ACTION_ITEMS, document: str = LONG, question: str = "") -> Ask:
    messages = msgspec.Raw(msgspec.json.encode(conversation.as_messages([document], question)))
    return ask(document, task_type=task, messages=messages, question=question)


def test_what_is_told_with_each_part_takes_room() -> None:
    template = read_templates().versions["action_items_simple"][1].template
    bare = window_for(long(), template, context=1_000, answer=100)
    with_example = replace(long(), examples=(Example("Text. " * 40, "None"),))
    assert 100 < bare.told < 400
    assert window_for(with_example, template, context=1_000, answer=100).told > bare.told + 60
    assert bare.room == int((900 - bare.told) * 0.9)


async def test_what_fits_is_asked_once_and_stays_as_it_is() -> None:
    call, short = FakeCall(), long(document="Short text.")
    found = await worked_in_parts(short, WINDOW, call)
    assert (call.asked, found.parts, found.calls) == ([short], 1, 1)


async def test_each_part_fits_says_which_it_is_and_keeps_all_else() -> None:
    call = FakeCall()
    found = await worked_in_parts(long(question="Who?"), WINDOW, call)
    assert found.parts == found.calls == len(call.asked) > 5
    assert all(fits(part, WINDOW) for part in call.asked)
    assert f"part 2 of {found.parts}" in call.asked[1].note
    for part in call.asked:
        reading = conversation.read(part.messages)
        assert (reading.document, reading.question, part.labels) == (part.document, "Who?", ask().labels)
    template = read_templates().versions["action_items_simple"][1].template
    (system, user) = assembled(template, call.asked[1])
    assert f"part 2 of {found.parts}" in system["content"]
    assert call.asked[1].document in user["content"]


async def test_no_item_is_lost_and_none_comes_twice() -> None:
    found = await worked_in_parts(long(), WINDOW, FakeCall())
    assert found.answer.items == tuple(sentence.strip() for sentence in SENTENCES)


async def test_usage_and_cost_are_those_of_all_calls() -> None:
    call = FakeCall()
    found = await worked_in_parts(long(), WINDOW, call)
    assert found.answer.cost_usd == Decimal("0.01") * found.calls
    assert found.answer.usage.output_tokens == found.calls
    assert found.answer.usage.input_tokens == sum(part.input_tokens for part in call.asked)


async def test_no_more_than_allowed_are_asked_at_once() -> None:
    call = FakeCall()
    await worked_in_parts(long(), WINDOW, call, at_once=3)
    assert call.most_at_once == 3


async def test_a_part_that_fails_fails_the_whole_and_stops_the_others() -> None:
    call = FakeCall(fails_on=2)
    with pytest.raises(AwayError):
        await worked_in_parts(long(), WINDOW, call, at_once=3)
    asked, ended = len(call.asked), call.ended
    await asyncio.sleep(0.01)
    assert (call.at_once, len(call.asked), call.ended) == (0, asked, ended)
    assert asked <= 4


async def test_who_stops_the_whole_stops_the_parts() -> None:
    call = FakeCall()
    working = asyncio.create_task(worked_in_parts(long(), WINDOW, call))
    await asyncio.sleep(0.002)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert call.at_once == 0


async def test_summaries_of_parts_are_made_one_by_the_model() -> None:
    call = FakeCall(output="It is about reports.")
    found = await worked_in_parts(long(TaskType.SUMMARY), WINDOW, call)
    merging = call.asked[-1]
    assert (found.calls, found.answer.output) == (found.parts + 1, "It is about reports.")
    assert merging.document.startswith("Part 1:\nIt is about reports.\n\nPart 2:\n")
    assert f"{found.parts} parts of one document" in merging.note
    assert found.answer.cost_usd == Decimal("0.01") * found.calls


async def test_what_is_too_long_to_merge_at_once_is_merged_in_rounds() -> None:
    call = FakeCall(output="words " * 150)  # 225 tokens: two fit together
    found = await worked_in_parts(long(TaskType.SUMMARY), WINDOW, call)
    assert found.calls > found.parts + 1
    assert all(fits(part, WINDOW) for part in call.asked)


async def test_answers_as_long_as_their_texts_cannot_be_merged() -> None:
    with pytest.raises(TooLongError, match="too long to be made one"):
        await worked_in_parts(long(TaskType.REPORT), WINDOW, FakeCall(output="words " * 400))


async def test_a_label_is_voted_on() -> None:
    found = await worked_in_parts(long(TaskType.CLASSIFICATION), WINDOW, FakeCall(label="risk"))
    assert (found.answer.label, found.answer.confidence) == ("risk", 1.0)


@pytest.mark.parametrize(
    ("window", "task", "said"),
    [
        (Window(context=300, told=200, answer=50), TaskType.SUMMARY, "leaves no room"),
        (WINDOW, TaskType.CHAT, "conversation"),
    ],
)
async def test_what_no_part_could_hold_is_refused(window: Window, task: TaskType, said: str) -> None:
    call = FakeCall()
    with pytest.raises(TooLongError, match=said):
        await worked_in_parts(long(task), window, call)
    assert not call.asked


async def test_the_number_of_parts_is_bounded() -> None:
    with pytest.raises(TooLongError, match=r"makes \d+ parts for the model, more than 5"):
        await worked_in_parts(long(), WINDOW, FakeCall(), most_parts=5)


async def test_several_documents_keep_their_numbers() -> None:
    texts = ["First. " * 300, "Second. " * 300]
    messages = msgspec.Raw(msgspec.json.encode(conversation.as_messages(texts)))
    call = FakeCall()
    await worked_in_parts(
        ask("\n\n".join(texts), task_type=TaskType.SUMMARY, messages=messages, documents=2), WINDOW, call
    )
    assert call.asked[0].document.startswith("[1]\nFirst.")
    assert any("[2]\nSecond." in part.document for part in call.asked)
