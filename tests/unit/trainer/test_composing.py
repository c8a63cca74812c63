from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ratchet_trainer.collecting.example import TargetSource
from ratchet_trainer.collecting.head import Head
from ratchet_trainer.datasets.augmenting import Augment
from ratchet_trainer.datasets.balancing import Balance
from ratchet_trainer.datasets.composing import EmptySide, TooFew, compose, within
from ratchet_trainer.datasets.dataset import Composition, Rules, TooFewExamplesError
from ratchet_trainer.datasets.duplicates import text_hash
from ratchet_trainer.datasets.near import find_pairs, signature
from ratchet_trainer.datasets.split import Shares, Side

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


def test_too_few_after_a_balance_says_how_many_it_left_out() -> None:
    heads = [replace(head(n, document(n)), document_type="contract" if n else "email") for n in range(12)]
    rules = Rules(min_examples=8, balance=Balance("cap", 0.5))
    found = compose("summary", newest_first(heads), rules)
    assert found == TooFew(found=4, balanced_away=8)
    told = TooFewExamplesError("summary", 4, 8, balanced_away=8).detail
    assert "leaves out 8 of 12" in told
    assert "balance" not in TooFewExamplesError("summary", 4, 8).detail


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


def test_where_it_is_asked_for_nobody_stands_on_two_sides() -> None:
    heads = [replace(head(n, document(n), session=f"s{n}"), user_hash=f"u{n % 25}") for n in range(100)]
    sides = sides_of(composed("summary", heads, replace(RULES, by_user=True)))
    assert len(sides) == 100
    assert all(len({sides[n] for n in range(user, 100, 25)}) == 1 for user in range(25))
    assert set(sides.values()) == set(Side)
    apart = sides_of(composed("summary", heads))
    assert any(len({apart[n] for n in range(user, 100, 25)}) > 1 for user in range(25))


def test_accepted_labels_may_be_held_out() -> None:
    heads = [head(n, document(n), source="accepted", label="yes") for n in range(50)]
    assert sum(side is not Side.TRAIN for side in sides_of(composed("classification", heads)).values()) == 10


def test_accepted_texts_judge_nothing_and_a_dataset_without_a_test_side_is_refused() -> None:
    heads = [head(n, document(n), source="accepted") for n in range(50)]
    refused = compose("summary", newest_first(heads), RULES)
    assert isinstance(refused, EmptySide)
    assert refused.side is Side.VALIDATION
    assert "of 50 examples answers may be judged by 0" in refused.why


def test_one_session_that_holds_everything_leaves_no_side_to_judge_by() -> None:
    refused = compose("summary", newest_first([head(n, document(n), session="one") for n in range(50)]), RULES)
    assert isinstance(refused, EmptySide)
    assert "50 of 50 examples are of one session: they belong together" in refused.why


def test_labels_that_appear_once_each_are_refused_for_that() -> None:
    heads = [head(n, document(n), label=f"label {n}") for n in range(50)]
    refused = compose("classification", newest_first(heads), RULES)
    assert isinstance(refused, EmptySide)
    assert refused.why.startswith("50 of 50 labels appear once")


def test_what_only_a_chain_holds_together_is_said_as_such() -> None:
    asked = [head(n, document(n // 2), session=f"{(n + 1) // 2}") for n in range(50)]
    heads = [replace(one, question_hash=f"{n}") for n, one in enumerate(asked)]
    refused = compose("summary", newest_first(heads), RULES)
    assert isinstance(refused, EmptySide)
    assert "nearly all examples belong together" in refused.why


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.integers(0, 6)), min_size=1, max_size=40))
def test_neither_a_document_nor_what_is_nearly_it_nor_a_session_is_on_two_sides(
    made: list[tuple[int, int, int]],
) -> None:
    heads = [head(n, document(s, other), session=f"s{session}") for n, (s, other, session) in enumerate(made)]
    found = compose("summary", newest_first(heads), Rules(min_examples=1, shares=Shares(0.4, 0.0)))
    assume(isinstance(found, Composition))
    assert isinstance(found, Composition)
    sides = sides_of(found)
    kept = [h for h in heads if h.example_id.int in sides]
    alike = find_pairs([h.signature for h in kept], RULES.near_duplicate)
    together = [(kept[one], kept[other]) for one, other in alike]
    together += [(one, other) for one in kept for other in kept if one.session_hash == other.session_hash]
    assert all(sides[one.example_id.int] is sides[other.example_id.int] for one, other in together)


def test_targets_that_are_too_poor_are_left_out_and_counted_those_of_unknown_quality_too() -> None:
    heads = [replace(head(n, document(n)), quality=0.5 if n < 10 else 1.0) for n in range(40)] + [
        head(40, document(40))
    ]
    manifest = composed("summary", heads, Rules(min_examples=1, min_quality=0.8)).manifest
    assert (manifest.dropped.low_quality, sum(manifest.sizes.values())) == (11, 30)
    assert sum(composed("summary", heads).manifest.sizes.values()) == 41


def test_a_type_of_document_that_is_most_of_all_is_cut_down_and_counted() -> None:
    types = ["email"] * 60 + ["contract"] * 20 + ["other"] * 10
    heads = [replace(head(n, document(n)), document_type=kind) for n, kind in enumerate(types)]
    manifest = composed("summary", heads, Rules(min_examples=1, balance=Balance("cap", 1.5))).manifest
    assert manifest.dropped.too_many_of_a_type == 30
    assert {kind: sum(sides.values()) for kind, sides in manifest.strata["document_type"].items()} == {
        "contract": 20,
        "email": 30,
        "other": 10,
    }


def test_a_label_that_appears_once_trains_and_is_named() -> None:
    labels = ["yes", "no"] * 30 + ["never seen again"]
    found = composed("classification", [head(n, document(n), label=label) for n, label in enumerate(labels)])
    assert sides_of(found)[60] is Side.TRAIN
    assert found.manifest.warnings[0] == "Labels that appear once, so that nothing judges them: never seen again."
    assert found.manifest.strata["label"]["never seen again"] == {Side.TRAIN: 1}


def test_a_label_that_the_test_side_lacks_is_named() -> None:
    labels = ["yes", "no"] * 30 + ["rare", "rare"]
    found = composed("classification", [head(n, document(n), label=label) for n, label in enumerate(labels)])
    assert "Labels that the test side lacks: rare." in found.manifest.warnings


def test_the_same_content_by_other_rules_is_another_dataset_whose_manifest_says_so() -> None:
    heads = [head(n, document(n)) for n in range(30)]
    plain, more = composed("summary", heads), composed("summary", heads, replace(RULES, augment=Augment()))
    assert plain.sides == more.sides
    assert plain.dataset_id != more.dataset_id
    assert more.manifest.rules.augment == Augment()


def test_the_newest_within_the_limit_are_taken_and_one_at_least() -> None:
    heads = newest_first([head(n, "x" * 10) for n in range(5)])
    assert within(heads, 35) == heads[:3]
    assert within(heads, 1) == heads[:1]
