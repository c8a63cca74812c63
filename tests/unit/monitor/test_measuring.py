from typing import Any

import msgspec
import pytest

from ratchet_common.events import NOTHING, PredictionMade
from ratchet_monitor.measuring import NOT_MEASURED, Measures, Measuring
from ratchet_monitor.observations import observation_of
from tests.unit.monitor.make import NOW, prediction, result_id

KEY = b"a key of the tests only"
QUESTION = "What is it that the customer and the bank have agreed on in this contract?"


def asked(text: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode([{"role": "user", "content": text}]))


def made(number: int, output: str = "They agreed on a price.", **changes: Any) -> PredictionMade:
    return prediction(number, input=asked(QUESTION), output=output, **changes)


def test_of_a_text_numbers_are_kept_and_a_language() -> None:
    event = made(1, "I'm sorry, but I can't help with that.")
    measures = Measuring(KEY, 50).of([event])[event.result_id]
    assert (measures.input_length, measures.language, measures.refusal) == (len(QUESTION), "en", True)
    assert measures.word is not None
    seen = observation_of(event, NOW, measures)
    assert (seen.input_length, seen.language, seen.refusal) == (len(QUESTION), "en", True)
    assert seen.output_length == len("I'm sorry, but I can't help with that.")
    assert not any(word in repr(seen) for word in ("customer", "sorry"))


def test_who_measures_again_gets_the_same() -> None:
    events = [made(number) for number in range(20)]
    assert Measuring(KEY, 50).of(events) == Measuring(KEY, 50).of(events[::-1])


def test_of_a_batch_so_many_are_read_and_no_more() -> None:
    events = [made(number) for number in range(500)]
    assert len(Measuring(KEY, 50).of(events)) == 50
    assert not Measuring(KEY, 0).of(events)


@pytest.mark.parametrize(
    "changes",
    [
        {"output": None},
        {"outcome": "failed"},
        {"cached_from": result_id(9)},
        {"text_omitted": "too_large"},
        {"text_omitted": "not_collected"},
    ],
)
def test_what_has_no_text_or_repeats_another_answer_is_not_measured(changes: dict[str, Any]) -> None:
    assert not Measuring(KEY, 50).of([prediction(1, **{"input": asked(QUESTION), "output": "Yes."} | changes)])


@pytest.mark.parametrize("given", [b'"a text"', b"7", b'[{"content": "without a role"}]', b"[[]]"])
def test_an_input_of_another_shape_is_not_measured_and_stops_nothing(given: bytes) -> None:
    event = prediction(1, input=msgspec.Raw(given), output="Yes.")
    assert Measuring(KEY, 50).of([event]) == {event.result_id: Measures(refusal=False)}


def test_no_input_at_all_is_an_empty_text() -> None:
    event = prediction(1, input=NOTHING, output="Yes.")
    assert Measuring(KEY, 50).of([event])[event.result_id].input_length == 0


def test_without_measures_everything_else_counts() -> None:
    seen = observation_of(made(1), NOW, NOT_MEASURED)
    assert (seen.input_length, seen.language, seen.word, seen.refusal) == (None, "", None, None)
    assert seen.output_length == len("They agreed on a price.")
