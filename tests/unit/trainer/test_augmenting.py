"""What is made of an example says the same, is named, and comes out the same each time."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import example as tried_always
from hypothesis import given
from hypothesis import strategies as st

from ratchet_trainer.collecting.example import Example
from ratchet_trainer.collecting.preparing import found_in, varied
from ratchet_trainer.datasets.augmenting import MOST_OF_ONE, Augment, Plan, augmented
from ratchet_trainer.datasets.near import find_pairs, signature
from ratchet_trainer.datasets.recipes import RECIPES, RecipeName, casing, greeting, item_order, placeholders, suits
from ratchet_trainer.judging import weighting
from ratchet_trainer.privacy.scrubbing import PLACEHOLDER
from tests.unit.trainer.decision_fakes import example

MAIL = """Dear [PERSON_1],

please send the report to [PERSON_2] by Friday. It is late!! The rest can wait.

- Call the bank.
- Book a room.
- Pay the invoice.
- Mail [EMAIL_1].

Best regards,
[PERSON_3]
"""
EVERY: tuple[RecipeName, ...] = tuple(RECIPES)


def mail(number: int = 1, target: str = "request", **fields: object) -> Example:
    made = example(number, target, output="other", document=MAIL, labels=("request", "other"))
    return replace(made, **fields)  # type: ignore[arg-type]


def made_of(one: Example, recipes: tuple[RecipeName, ...] = EVERY, factor: int = 5, seed: int = 42) -> list[Example]:
    return augmented([one], Plan(Augment(recipes, factor), seed))[1:]


def test_each_is_named_and_different_and_has_the_same_target() -> None:
    found = made_of(mail())
    assert len({one.document for one in found} | {MAIL}) == 5
    assert len({one.example_id for one in found} | {mail().example_id}) == 5
    assert {one.augmented_from for one in found} == {mail().example_id}
    assert {one.augmentation for one in found} <= set(EVERY)
    assert {one.target for one in found} == {"request"}


def test_the_same_seed_makes_the_same_and_another_one_others() -> None:
    assert made_of(mail()) == made_of(mail())
    assert made_of(mail()) != made_of(mail(), seed=7)


@pytest.mark.parametrize("name", EVERY)
@tried_always(text="ı", seed=17)  # noqa: RUF001  whose capital is that of another letter
@given(text=st.text(max_size=300), seed=st.integers(0, 2**31))
def test_no_recipe_adds_a_word_or_breaks_a_placeholder(name: RecipeName, text: str, seed: int) -> None:
    one = mail(document=f"{text}\n{MAIL}")
    other = RECIPES[name](one, Random(seed))
    words, more = Counter(_words(one.document)), Counter(_words(other.document))
    assert not more - words
    kinds = Counter(found[1] for found in PLACEHOLDER.finditer(one.document))
    assert not Counter(found[1] for found in PLACEHOLDER.finditer(other.document)) - kinds


def _words(text: str) -> list[str]:
    bare = PLACEHOLDER.sub(" ", text).casefold().translate({ord(c): "'" for c in "’‘"})  # noqa: RUF001
    return "".join(c if c.isascii() and c.isalnum() else " " for c in bare).split()


def test_a_greeting_and_a_closing_go_and_what_stands_between_stays() -> None:
    found = {greeting(mail(), Random(seed)).document for seed in range(20)}
    assert any("Dear" not in text and "regards" not in text for text in found)
    assert all("please send the report to [PERSON_2]" in text and "Mail [EMAIL_1]." in text for text in found)


def test_bullets_change_places_and_nothing_else_does() -> None:
    text = item_order(mail(), Random(3)).document
    assert sorted(text.splitlines()) == sorted(MAIL.splitlines())
    assert text.splitlines()[:4] == MAIL.splitlines()[:4]
    numbered = mail(document="1. One.\n2. Two.\n3. Three.\n")
    assert item_order(numbered, Random(3)) == numbered


def test_a_person_has_the_same_new_number_wherever_he_is_named() -> None:
    one = mail(target="Ask [PERSON_2].", output="Ask [PERSON_3].", question="Whom, [PERSON_1]?")
    found = [placeholders(one, Random(seed)) for seed in range(20)]
    for other in found:
        assert f"send the report to {str(other.target)[4:-1]} by" in other.document
        assert other.document.startswith(f"Dear {other.question[6:-1]},")
    assert len({other.target for other in found}) == 3


def test_placeholders_are_never_written_otherwise() -> None:
    for seed in range(9):
        other = casing(mail(), Random(seed)).document
        assert [found[0] for found in PLACEHOLDER.finditer(other)] == [found[0] for found in PLACEHOLDER.finditer(MAIL)]
        assert other != MAIL


def test_what_a_target_quotes_or_names_stays_in_the_document() -> None:
    quoted = "It is late!! The rest can wait."
    for seed in range(30):
        for one in made_of(mail(target=quoted, task_type="qa"), seed=seed):
            assert quoted in one.document
        for one in made_of(
            mail(target="[PERSON_1] must act", task_type="summary"), ("greeting", "placeholders"), seed=seed
        ):
            assert str(one.target).split()[0] in one.document


def test_a_text_is_not_said_in_another_case_or_order_where_the_target_may_hang_on_it() -> None:
    assert {name for name in EVERY if not suits(name, "summary")} == {"casing", "item_order"}
    assert made_of(mail(task_type="action_items", target="Call the bank"), ("casing", "item_order")) == []
    assert suits("casing", "classification")


def test_where_nothing_can_be_said_otherwise_nothing_is_made() -> None:
    assert made_of(mail(document="Yes")) == [one for one in made_of(mail(document="Yes")) if one.document != "Yes"]
    assert made_of(mail(document="Yes"), ("greeting", "placeholders", "item_order")) == []


def test_rare_labels_catch_up_and_the_common_ones_stay() -> None:
    plan = Plan(Augment(EVERY, 2, rare_labels=True), 42, {"request": 2, "other": 12, "spam": 40})
    assert [plan.made_of(label) for label in ("request", "other", "spam", "unknown", None)] == [5, 0, 0, 0, 0]
    assert Plan(plan.augment, 42, {"request": 1, "other": 500, "spam": 500}).made_of("request") == MOST_OF_ONE - 1
    family = augmented([mail()], plan)
    assert len(family) == 6
    assert sum(one.part for one in family) == pytest.approx(2)


def test_an_example_and_what_is_made_of_it_weigh_no_more_than_the_factor() -> None:
    plan = Plan(Augment(EVERY, 3, rare_labels=True), 42, {"request": 1, "other": 9})
    family = augmented([mail(target_source="correction")], plan)
    assert len(family) > 3
    assert sum(weighting.weights(family, {})) == pytest.approx(3)
    assert sum(weighting.weights(augmented([mail()], Plan(Augment(EVERY, 3), 42)), {})) == pytest.approx(3)


def test_what_is_made_is_mostly_a_near_duplicate_and_nothing_drops_it() -> None:
    """It is made after duplicates went: the check of duplicates would take it for one."""
    family = augmented([mail()], Plan(Augment(("whitespace",), 2), 42))
    assert find_pairs([signature(one.document) for one in family], 0.85) == [(1, 0)]
    assert len(family) == 2


def test_a_try_in_which_a_word_turns_into_a_name_is_thrown_away() -> None:
    """The look through the finished file would refuse all of it for one such line."""
    said = "She was born in spring. Her maiden name is short.\n\nThe rest is known."
    told = [mail(n, document=said) for n in range(8)]
    plan = Plan(Augment(("casing",), 3), 42)
    assert not found_in(said)
    assert any(found_in(one.document) for one in augmented(told, plan))
    made = varied(told, plan)
    assert len(made) > len(told)
    assert not any(found_in(one.document) for one in made)
