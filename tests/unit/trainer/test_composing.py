from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchet_trainer.composing import Head, TooFew, compose, within
from ratchet_trainer.dataset import Composition, Rules
from ratchet_trainer.duplicates import text_hash
from ratchet_trainer.example import TargetSource
from ratchet_trainer.near import find_pairs, signature
from ratchet_trainer.split import Side

START = datetime(2026, 1, 5, tzinfo=UTC)
RULES = Rules(min_examples=1)


def document(seed: int, other: int = 0) -> str:
    """Two with one seed and different `other` are near duplicates."""
    random = Random(seed)
    return " ".join(f"word{random.randrange(5_000)}" for _ in range(100)) + f" {other}"


def head(
    number: int, text: str, *, source: TargetSource = "correction", label: str | None = None, session: str | None = None
) -> Head:
    return Head(
        example_id=UUID(int=number),
        revision=1,
        target_source=source,
        label=label,
        document_hash=text_hash(text),
        question_hash=text_hash(""),
        signature=signature(text),
        session_hash=session,
        user_hash=None,
        content=f"{number}",
        chars=len(text),
        learned_at=START + timedelta(minutes=number),
    )


def newest_first(heads: Sequence[Head]) -> list[Head]:
    return sorted(heads, key=lambda h: h.learned_at, reverse=True)


def composed(task_type: str, heads: Sequence[Head], rules: Rules = RULES) -> Composition:
    found = compose(task_type, newest_first(heads), rules)
    assert isinstance(found, Composition)
    return found


def sides_of(composition: Composition) -> dict[int, Side]:
    return {example.int: side for side, refs in composition.sides.items() for example, _ in refs}


def test_too_few_are_refused_with_how_many_there_are() -> None:
    heads = [head(n, document(n // 2)) for n in range(6)] + [head(9, document(9), source="sampled")]
    assert compose("summary", newest_first(heads), Rules(min_examples=4)) == TooFew(3)


def test_the_same_examples_make_the_same_dataset() -> None:
    heads = [head(n, document(n)) for n in range(30)]
    first, second = composed("summary", heads), composed("summary", heads)
    assert first == second
    assert first.dataset_id.startswith("summary-")
    assert composed("summary", heads[:-1]).dataset_id != first.dataset_id
    assert composed("summary", [replace(heads[0], revision=2), *heads[1:]]).dataset_id != first.dataset_id
    assert composed("summary", heads, Rules(min_examples=1, seed=7)).dataset_id != first.dataset_id


def test_what_was_dropped_and_kept_is_told() -> None:
    heads = [head(n, document(n), label="yes") for n in range(20)]
    heads += [head(20, document(0), label="yes"), head(21, document(1, 7), label="no")]
    manifest = composed("classification", heads).manifest
    assert (manifest.looked_at, sum(manifest.sizes.values())) == (22, 20)
    assert (manifest.dropped.same_text, manifest.dropped.nearly_same_text, manifest.dropped.conflicting_label) == (
        1,
        1,
        1,
    )
    assert manifest.by_label == {"yes": 19, "no": 1}
    assert manifest.learned_until == START + timedelta(minutes=21)


def test_what_nobody_confirmed_only_trains_and_never_beside_what_is_held_out() -> None:
    people = [head(n, document(n), session=f"s{n}") for n in range(50)]
    sampled = [head(100 + n, document(100 + n), source="sampled", session=f"s{n}") for n in range(50)]
    found = composed("summary", people + sampled)
    sides = sides_of(found)
    held_out = [n for n in range(50) if sides[n] is not Side.TRAIN]
    assert len(held_out) == 10
    assert [100 + n in sides for n in held_out] == [False] * 10
    assert all(sides[100 + n] is Side.TRAIN for n in range(50) if n not in held_out)
    assert found.manifest.dropped.held_out_beside == 10


@pytest.mark.parametrize(("task_type", "held_out"), [("classification", 10), ("summary", 0)])
def test_accepted_labels_may_be_held_out_and_accepted_texts_not(task_type: str, held_out: int) -> None:
    sides = sides_of(composed(task_type, [head(n, document(n), source="accepted", label="yes") for n in range(50)]))
    assert sum(side is not Side.TRAIN for side in sides.values()) == held_out


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.integers(0, 6)), min_size=1, max_size=40))
def test_neither_a_document_nor_what_is_nearly_it_nor_a_session_is_on_two_sides(
    made: list[tuple[int, int, int]],
) -> None:
    heads = [head(n, document(s, other), session=f"s{session}") for n, (s, other, session) in enumerate(made)]
    sides = sides_of(composed("summary", heads))
    kept = [h for h in heads if h.example_id.int in sides]
    alike = find_pairs([h.signature for h in kept], RULES.near_duplicate)
    together = [(kept[one], kept[other]) for one, other in alike]
    together += [(one, other) for one in kept for other in kept if one.session_hash == other.session_hash]
    assert all(sides[one.example_id.int] is sides[other.example_id.int] for one, other in together)


def test_the_newest_within_the_limit_are_taken_and_one_at_least() -> None:
    heads = newest_first([head(n, "x" * 10) for n in range(5)])
    assert within(heads, 35) == heads[:3]
    assert within(heads, 1) == heads[:1]
