from math import log

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_common.events import Calibration, Check, QualityMeasured, RawConfidence
from ratchet_router.confidence import (
    CLEAN,
    FAILED,
    WARNED,
    Token,
    calibrated,
    is_probability,
    raw_confidence,
    tokens_in,
)
from ratchet_router.snapshot import Changes, Snapshot
from tests.unit.router.asks import NOW
from tests.unit.router.fakes import FakeStore

PASSED = Check(name="not_empty", passed=True)
WARNING = Check(name="numbers", passed=True, detail="1 of 2")
FAILURE = Check(name="schema", passed=False, detail="no")
TOKENS = (Token("The", log(0.5)), Token(" risk", log(0.8)), Token(".", 0.0))


def test_of_a_text_it_is_the_geometric_mean_of_its_tokens() -> None:
    raw = raw_confidence("summary", (PASSED,), tokens=TOKENS)
    assert raw is not None
    assert raw.source == "logprobs"
    assert raw.value == pytest.approx(0.4 ** (1 / 3))


def test_of_a_label_it_is_the_chance_of_the_tokens_that_make_it_up() -> None:
    tokens = (Token("Class: ", log(0.1)), Token("Re", log(0.8)), Token("quest", log(0.5)), Token("!", log(0.2)))
    raw = raw_confidence("classification", (), tokens=tokens, label="request")
    assert raw is not None
    assert raw.value == pytest.approx(0.4)


def test_a_label_that_is_not_what_the_model_wrote_is_as_likely_as_all_it_wrote() -> None:
    raw = raw_confidence("classification", (), tokens=TOKENS, label="praise")
    assert raw is not None
    assert raw.value == pytest.approx(0.4)


def test_without_log_probabilities_the_checks_tell() -> None:
    raw = raw_confidence("qa", (PASSED, WARNING, FAILURE, FAILURE))
    assert raw == RawConfidence(value=CLEAN * WARNED * FAILED**2, source="checks")
    assert raw_confidence("qa", ()) is None


def test_what_failed_weighs_on_log_probabilities_too_and_not_on_what_a_provider_says() -> None:
    sure = raw_confidence("qa", (FAILURE,), tokens=(Token("Yes", 0.0),))
    assert sure == RawConfidence(value=FAILED, source="logprobs")
    assert raw_confidence("qa", (FAILURE,), said=0.9, tokens=TOKENS) == RawConfidence(value=0.9, source="model")


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ([{"logprobs": {"content": [{"token": "a", "logprob": -1.5, "bytes": [97], "top_logprobs": []}]}}], 1),
        ([{"logprobs": {"content": None, "refusal": None}}], 0),
        ([{"logprobs": None}, {"logprobs": {"content": [{"token": "b", "logprob": -1}]}}], 0),
        ([{"message": {}}], 0),
        ([], 0),
        ([{"logprobs": {"content": [{"token": 7}]}}], 0),
        ("nothing", 0),
    ],
)
def test_tokens_are_read_from_the_first_choice(choices: object, expected: int) -> None:
    assert len(tokens_in(msgspec.json.encode(choices))) == expected


def test_broken_json_has_no_tokens() -> None:
    assert tokens_in(b'[{"logprobs": {"content": [') == ()
    assert tokens_in(b'[{"logprobs": "\xff"}]') == ()


@given(
    st.lists(st.builds(Token, st.text(max_size=4), st.floats(-10_000, 5)), max_size=20),
    st.lists(st.sampled_from([PASSED, WARNING, FAILURE])),
    st.none() | st.floats(-1, 2),
    st.none() | st.text(max_size=3),
)
def test_it_lies_between_0_and_1(
    tokens: list[Token], checks: list[Check], said: float | None, label: str | None
) -> None:
    raw = raw_confidence("classification", checks, said=said, tokens=tokens, label=label)
    assert raw is None or 0 <= raw.value <= 1


KNOTS = ((0.0, 0.2), (0.5, 0.3), (1.0, 0.7))
LEARNED = (Calibration(source="logprobs", knots=KNOTS, n=100), Calibration(source="checks", knots=(), n=0))


@pytest.mark.parametrize(("raw", "told"), [(0.0, 0.2), (0.25, 0.25), (0.5, 0.3), (0.75, 0.5), (1.0, 0.7)])
def test_between_knots_lie_straight_lines(raw: float, told: float) -> None:
    assert calibrated(RawConfidence(value=raw, source="logprobs"), LEARNED) == pytest.approx(told)


def test_where_nothing_was_learned_it_stays_as_it_is() -> None:
    assert calibrated(RawConfidence(value=0.6, source="model"), LEARNED) == 0.6
    assert calibrated(RawConfidence(value=0.6, source="checks"), LEARNED) == 0.6
    assert calibrated(RawConfidence(value=0.6, source="logprobs"), ()) == 0.6
    assert calibrated(None, LEARNED) is None


def test_what_the_checks_say_is_a_probability_only_once_it_is_known_what_it_means() -> None:
    by_checks = RawConfidence(value=CLEAN * WARNED, source="checks")
    taught = (Calibration(source="checks", knots=KNOTS, n=40, approach="base_rag"),)
    assert not is_probability(by_checks, LEARNED, "base_rag")
    assert not is_probability(by_checks, taught, "direct")
    assert is_probability(by_checks, taught, "base_rag")
    assert is_probability(RawConfidence(value=0.2, source="logprobs"), (), "base_rag")
    assert is_probability(RawConfidence(value=0.2, source="model"), (), "base_rag")


def test_beyond_the_outermost_knots_it_is_level() -> None:
    inner = (Calibration(source="logprobs", knots=((0.4, 0.5), (0.6, 0.8)), n=9),)
    assert [calibrated(RawConfidence(value=v, source="logprobs"), inner) for v in (0.1, 0.9)] == [0.5, 0.8]


async def test_the_snapshot_knows_what_a_tenants_own_feedback_taught() -> None:
    store, snapshot = FakeStore(), Snapshot()
    event = QualityMeasured(
        tenant="acme", task_type="qa", model="small", score=0.5, n=40, interval=(0, 1), calibrations=LEARNED
    )
    store.now = Changes([], [event], [], NOW)
    await snapshot.refresh(store)
    assert snapshot.calibrations("acme", "qa", "small") == LEARNED
    assert snapshot.calibrations("globex", "qa", "small") == ()
