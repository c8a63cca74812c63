from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from ratchet_common.events import Check, Decision
from ratchet_common.vocabulary import EMBEDDING
from ratchet_trainer.collecting.collection import Collector, Served, Word
from ratchet_trainer.collecting.drafts import Refused
from ratchet_trainer.collecting.example import Example
from ratchet_trainer.collecting.learning import Learned
from ratchet_trainer.collecting.preparing import Prepared, prepare
from ratchet_trainer.collecting.sampling import Sampling, is_drawn, quality
from ratchet_trainer.collecting.targets import Reason
from ratchet_trainer.privacy.hashing import Hashes
from tests.unit.trainer.documents_in_memory import following
from tests.unit.trainer.make_data import made, messages, said

ALL = Sampling(share=1.0)
PASSED = tuple(Check(name=f"check {number}", passed=True) for number in range(7))


@dataclass
class InMemoryExamples:
    words: dict[UUID, Word] = field(default_factory=dict)

    async def write(self, words: Sequence[Word]) -> None:
        for word in words:
            there = self.words.get(word.about.example_id)
            if there is None or there.about.revision < word.about.revision:
                self.words[word.about.example_id] = word

    @property
    def examples(self) -> list[Example]:
        return [word.example for word in self.words.values() if isinstance(word, Learned)]

    @property
    def reasons(self) -> list[Reason]:
        return [word.reason for word in self.words.values() if isinstance(word, Refused)]


@dataclass
class InMemoryServed:
    served: dict[UUID, Served] = field(default_factory=dict)

    async def add(self, served: Sequence[Served]) -> None:
        self.served = {one.result_id: one for one in served} | self.served


async def in_process(batch: Sequence[tuple[str, ...]]) -> list[Prepared]:
    return prepare(batch)


def collector(sampling: Sampling = ALL) -> tuple[Collector, InMemoryExamples, InMemoryServed]:
    examples, served = InMemoryExamples(), InMemoryServed()
    its, _ = following()
    return Collector(examples, served, in_process, Hashes(b"salt" * 8), sampling, its), examples, served


async def test_a_correction_is_learned_without_what_is_private() -> None:
    collecting, store, _ = collector()
    await collecting.on_feedback([said()])
    (example,) = store.examples
    assert example.document == "Dear [PERSON_1], mail [EMAIL_1]."
    assert example.question == "What is asked of [PERSON_1]?"
    assert (example.target, example.target_source) == ("[PERSON_1] must mail [EMAIL_1]", "correction")
    assert example.output == "Mail [EMAIL_1]"
    assert example.pii == {"EMAIL": 1, "PERSON": 1}
    kept = msgspec.json.encode(example).decode()
    assert all(private not in kept for private in ("Ann", "bob", "asker", "u1", '"s1"'))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"corrections": {}, "score_source": "rating"}, Reason.NO_TARGET),
        ({"collect": False}, Reason.NOT_COLLECTED),
        ({"text_omitted": "too_large", "input": msgspec.Raw(b"null"), "output": None}, Reason.TEXT_OMITTED),
        ({"input": messages("ann@example.com")}, Reason.EMPTY_AFTER_SCRUBBING),
        ({"corrections": {"summary": "bob@example.com"}}, Reason.EMPTY_AFTER_SCRUBBING),
        ({"input": msgspec.Raw(b"null")}, Reason.EMPTY_AFTER_SCRUBBING),
        ({"input": msgspec.Raw(b'{"no": "list"}')}, Reason.UNREADABLE),
    ],
)
async def test_what_is_not_learned_has_a_name(fields: dict[str, Any], reason: Reason) -> None:
    collecting, store, _ = collector(Sampling(share=0.0))
    await collecting.on_feedback([said(**fields)])
    assert (store.examples, store.reasons) == ([], [reason])


async def test_what_the_quality_of_a_sample_comes_of_stands_on_the_example() -> None:
    collecting, store, _ = collector(Sampling(share=1.0, by_task={"summary": 0.97}))
    good = made(confidence=0.95, checks=(Check(name="a", passed=True),))
    await collecting.on_predictions([good, made(confidence=0.9, checks=(Check(name="a", passed=True),))])
    (example,) = store.examples
    assert (example.completeness, example.confidence, round(example.quality, 9)) == (1.0, 0.95, 0.98)
    assert store.reasons == [Reason.LOW_QUALITY]


async def test_a_later_word_replaces_the_earlier_and_an_older_changes_nothing() -> None:
    collecting, store, _ = collector(Sampling(share=0.0))
    result = uuid4()
    words = [said(result_id=result, revision=n, corrections={"summary": f"word {n}"}) for n in (1, 2, 3)]
    await collecting.on_feedback([words[1]])
    await collecting.on_feedback([words[0], words[1]])
    assert [example.target for example in store.examples] == ["word 2"]
    await collecting.on_feedback([words[2], said(result_id=result, user_id="u2", corrections={"summary": "another"})])
    assert sorted(str(example.target) for example in store.examples) == ["another", "word 3"]


async def test_words_of_one_user_on_two_cache_hits_of_one_answer_are_two() -> None:
    collecting, store, _ = collector()
    origin = uuid4()
    await collecting.on_feedback([said(result_id=origin, via=via) for via in (None, uuid4(), uuid4())])
    assert len(store.examples) == 3
    assert len({example.user_hash for example in store.examples}) == 1


async def test_every_feedback_becomes_an_example_or_a_refusal_however_often_it_is_delivered() -> None:
    collecting, store, _ = collector(Sampling(share=0.0))
    words = [said(corrections={"summary": "x"} if n % 3 else {}, score_source="rating") for n in range(250)]
    for _ in range(2):
        await collecting.on_feedback(words)
    assert {word.about.result_id for word in store.words.values()} == {word.result_id for word in words}
    assert len(store.words) == len(words)


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({}, None),
        ({"confidence": 0.7}, [Reason.LOW_QUALITY]),
        ({"confidence": None}, [Reason.LOW_QUALITY]),
        ({"confidence": None, "checks": (Check(name="a", passed=True),)}, None),
        ({"checks": (Check(name="a", passed=False), Check(name="b", passed=True))}, [Reason.CHECK_FAILED]),
        ({"checks": (*PASSED, Check(name="schema", passed=False))}, [Reason.CHECK_FAILED]),  # one of eight
        ({"checks": (*PASSED, Check(name="numbers", passed=True, detail="a figure of its own"))}, None),
        ({"checks": (*PASSED, Check(name="refusal", passed=True, detail="it refuses"))}, [Reason.CHECK_FAILED]),
        ({"confidence": None, "checks": (Check(name="found", passed=True, detail="not in the documents"),)}, []),
        ({"collect": False}, []),
        ({"outcome": "failed", "output": None}, []),
        ({"cached_from": uuid4()}, []),
        ({"text_omitted": "too_large", "output": None}, []),
    ],
)
async def test_good_answers_that_nobody_rated_are_sampled_and_poor_ones_counted(
    fields: dict[str, Any], refused: list[Reason] | None
) -> None:
    collecting, store, _ = collector()
    await collecting.on_predictions([made(**fields)])
    assert [example.target_source for example in store.examples] == ["sampled"] * (refused is None)
    assert store.reasons == (refused or [])


async def test_what_failed_a_check_is_learned_where_a_person_accepted_or_corrected_it() -> None:
    collecting, store, _ = collector(Sampling(share=1.0))
    failed = [made(checks=(*PASSED, Check(name="private_data", passed=False))) for _ in range(3)]
    await collecting.on_predictions(failed)
    assert not store.examples
    words = [{"rating": "positive", "corrections": {}}, {}, {"rating": "negative", "corrections": {}}]
    for answer, how in zip(failed, words, strict=True):
        await collecting.on_feedback([said(result_id=answer.result_id, **how)])
    assert sorted(example.target_source for example in store.examples) == ["accepted", "correction"]


async def test_what_the_caller_knew_to_be_right_is_learned_with_the_answer() -> None:
    collecting, store, _ = collector()
    answer = made(reference="The report was late again.")
    await collecting.on_predictions([answer])
    assert [(e.target, e.target_source) for e in store.examples] == [("The report was late again.", "reference")]
    await collecting.on_feedback([said(result_id=answer.result_id, score_source="reference")])
    assert Reason.HAS_REFERENCE in store.reasons
    assert len(store.examples) == 1


@pytest.mark.parametrize("feedback_first", [True, False])
async def test_what_was_said_takes_the_place_of_the_sample_in_whatever_order(feedback_first: bool) -> None:
    collecting, store, _ = collector()
    answer, word = made(), None
    word = said(result_id=answer.result_id)
    steps = [collecting.on_predictions([answer]), collecting.on_feedback([word])]
    for step in reversed(steps) if feedback_first else steps:
        await step
    assert [example.target_source for example in store.examples] == ["correction"]


async def test_what_a_version_left_to_others_is_judged_as_its_own_and_what_it_failed_at_is_not() -> None:
    for abstained, version_id in ((True, "v1"), (False, "base")):
        collects, examples, _ = collector()
        decision = Decision(assigned_by="share", assigned_version="v1", abstained=abstained, fell_back=not abstained)
        event = made(decision=decision)
        word = said(assigned_version="v1", assigned_by="share", abstained=abstained)
        await collects.on_predictions([event])
        await collects.on_feedback([word])
        assert [example.version_id for example in examples.examples] == [version_id, version_id]


async def test_answers_that_could_be_learned_are_counted_once() -> None:
    collecting, _, served = collector(Sampling(share=0.0))
    answers = [made(), made(cached_from=uuid4()), made(collect=False), made(outcome="failed", output=None)]
    for _ in range(2):
        await collecting.on_predictions(answers)
    assert [one.result_id for one in served.served.values()] == [answers[0].result_id]


async def test_feedback_and_its_answer_are_in_one_stratum() -> None:
    collecting, store, served = collector(Sampling(share=0.0))
    answer = made(document_type="email")
    await collecting.on_predictions([answer])
    await collecting.on_feedback([said(result_id=answer.result_id, confidence=0.95, document_type="email")])
    assert [example.stratum for example in store.examples] == [one.stratum for one in served.served.values()]


def test_a_sample_is_drawn_by_hash_in_about_its_share() -> None:
    ids = [UUID(int=n) for n in range(4_000)]
    drawn = [is_drawn("acme", one, 0.05) for one in ids]
    assert drawn == [is_drawn("acme", one, 0.05) for one in ids]
    assert 150 <= sum(drawn) <= 250


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({}, None),
        ({"score": 1.0, "completeness": 0.5, "confidence": 0.0}, 0.65),
        ({"completeness": 1.0, "confidence": 0.5}, 0.8),
        ({"confidence": 0.9}, 0.9),
    ],
)
def test_quality_is_the_weighed_mean_of_what_is_known(known: dict[str, float], expected: float | None) -> None:
    assert quality(**known) == (None if expected is None else pytest.approx(expected))


async def test_nothing_is_learned_from_vectors() -> None:
    it, examples, served = collector()
    await it.on_predictions([made(task_type=EMBEDDING), made(task_type=EMBEDDING, reference="1, 0")])
    assert not examples.words
    assert not served.served


def test_hashes_cannot_be_tried_out_without_the_salt() -> None:
    hashes = Hashes(b"one salt")
    assert hashes.of("user", "acme", "ann") == hashes.of("user", "acme", "ann")
    assert (
        len(
            {
                h.of(*w)
                for h in (hashes, Hashes(b"other"))
                for w in [("user", "acme", "ann"), ("session", "acme", "ann"), ("user", "b", "ann")]
            }
        )
        == 6
    )
    assert "one salt" not in repr(hashes)
