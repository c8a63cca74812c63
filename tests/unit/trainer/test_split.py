from collections import defaultdict
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_trainer.datasets.grouping import Item, groups
from ratchet_trainer.datasets.split import SHARES, Shares, Side, split

SEEDS = st.integers(0, 2**31)
SHARES_TAKEN = st.sampled_from(list(SHARES.values()))
KINDS = ("email", "contract", "report")
TOLERANCE = 2.5  # items


BONDS = st.sampled_from([f"document:{n}" for n in range(40)] + [f"session:{n}" for n in range(20)])
KIND = st.sampled_from(KINDS)


def some_items() -> st.SearchStrategy[list[Item]]:
    drawn = st.lists(st.tuples(st.lists(BONDS, max_size=2), KIND), max_size=120)
    return drawn.map(lambda all_: [Item(f"{n:03}", tuple(bonds), (kind,)) for n, (bonds, kind) in enumerate(all_)])


def some_labelled() -> st.SearchStrategy[list[Item]]:
    """Standing alone, of many strata; each label three times at least."""
    label = st.sampled_from("abcdef")
    drawn = st.dictionaries(label, st.lists(KIND, min_size=3, max_size=40), min_size=1)
    return drawn.map(
        lambda by_label: [
            Item(f"{label}{n}", (), (f"label:{label}", kind), label)
            for label, kinds in by_label.items()
            for n, kind in enumerate(kinds)
        ]
    )


@given(some_items(), SHARES_TAKEN, SEEDS)
def test_what_has_something_in_common_is_never_on_two_sides(items: list[Item], shares: Shares, seed: int) -> None:
    sides = split(items, shares, seed)
    seen: dict[str, set[Side]] = defaultdict(set)
    for item in items:
        for bond in item.bonds:
            seen[bond].add(sides[item.key])
    assert all(len(where) == 1 for where in seen.values())


@given(some_items(), SHARES_TAKEN, SEEDS)
def test_every_item_has_one_side(items: list[Item], shares: Shares, seed: int) -> None:
    assert split(items, shares, seed).keys() == {item.key for item in items}


@given(some_items(), SHARES_TAKEN, SEEDS)
def test_a_side_misses_its_share_by_less_than_the_largest_group(items: list[Item], shares: Shares, seed: int) -> None:
    sides = split(items, shares, seed)
    largest = max(map(len, groups(items)), default=1)
    for side, share in {Side.TEST: shares.test, Side.VALIDATION: shares.validation}.items():
        found = sum(where is side for where in sides.values())
        assert abs(found - share * len(items)) < largest + 0.5


@given(some_labelled(), SHARES_TAKEN, SEEDS)
def test_every_stratum_has_its_share_of_every_side(items: list[Item], shares: Shares, seed: int) -> None:
    sides = split(items, shares, seed)
    for stratum in {stratum for item in items for stratum in item.strata}:
        members = [item for item in items if stratum in item.strata]
        for side in Side:
            found = sum(sides[item.key] is side for item in members)
            assert abs(found - shares.of(side) * len(members)) <= TOLERANCE


@given(some_labelled(), SHARES_TAKEN, SEEDS)
def test_every_label_is_learned(items: list[Item], shares: Shares, seed: int) -> None:
    sides = split(items, shares, seed)
    learned = {item.label for item in items if sides[item.key] is Side.TRAIN}
    assert learned == {item.label for item in items}


def test_what_has_the_only_example_of_a_label_trains_whatever_its_group() -> None:
    items = [Item(f"{n:03}", (), ("common",), "common") for n in range(98)]
    items += [Item("a", ("session",), ("once",), "once"), Item("b", ("session",), ("common",), "common")]
    for seed in range(30):
        sides = split(items, SHARES["80/10/10"], seed)
        assert (sides["a"], sides["b"]) == (Side.TRAIN, Side.TRAIN)
        assert list(sides.values()).count(Side.TEST) == 10


def test_another_seed_splits_otherwise() -> None:
    items = [Item(f"{n:03}", (), ("x",)) for n in range(100)]
    assert len({frozenset(split(items, SHARES["80/10/10"], seed).items()) for seed in range(5)}) == 5


@given(some_items(), SEEDS, st.randoms(use_true_random=False))
def test_the_order_of_the_items_says_nothing(items: list[Item], seed: int, random: Random) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)
    assert split(items, SHARES["80/10/10"], seed) == split(shuffled, SHARES["80/10/10"], seed)


@pytest.mark.parametrize(("name", "sizes"), [("80/10/10", (80, 10, 10)), ("90/10", (90, 0, 10))])
def test_items_that_stand_alone_are_split_exactly(name: str, sizes: tuple[int, int, int]) -> None:
    sides = list(split([Item(str(n)) for n in range(100)], SHARES[name], 42).values())
    assert (sides.count(Side.TRAIN), sides.count(Side.VALIDATION), sides.count(Side.TEST)) == sizes


def test_what_is_joined_over_others_is_one_group() -> None:
    chain = [Item("a", ("x",)), Item("b", ("x", "y")), Item("c", ("y",)), Item("d")]
    assert sorted(groups(chain)) == [["a", "b", "c"], ["d"]]


def test_one_group_that_holds_most_of_it_trains() -> None:
    crowd = [Item(f"{n}", ("session:same",)) for n in range(60)]
    sides = split(crowd + [Item(f"alone {n}") for n in range(40)], SHARES["80/10/10"], 7)
    assert sides["0"] is Side.TRAIN
    assert list(sides.values()).count(Side.TEST) == 10
