"""Rows of sheets by key, as they come: the dearest by their names, whatever is beyond as one."""

import random
from collections.abc import Iterable, Mapping

from ratchet_monitor.ledger.breakdown import Adding
from ratchet_monitor.ledger.sums import OTHERS, WIDTH, Row, add, empty, largest
from ratchet_monitor.ledger.table import table, together


def rows(seed: int, names: int, of: int) -> dict[str, Row]:
    rng = random.Random(seed)
    return {f"user-{rng.randrange(of)}": [1, rng.randrange(9), *range(WIDTH - 2)] for _ in range(names)}


def added(parts: Iterable[Mapping[str, Row]]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for part in parts:
        for name, row in part.items():
            add(found.setdefault(name, empty()), row)
    return found


def test_what_was_billed_most_is_told_by_its_name_and_all_adds_up() -> None:
    parts = [rows(seed, 40, 90) for seed in range(8)]
    adding, whole = Adding({"user-1": "Ada"}), added(parts)
    for part in parts:
        adding.include(table(part))
    told = adding.breakdown("user", 30, 5)
    by_size = sorted(whole, key=lambda name: (-whole[name][1] - whole[name][2], name))
    assert [one.key for one in told.items] == by_size[:5]
    assert [(one.key, one.name, one.answers) for one in told.asked] == [("user-1", "Ada", whole["user-1"][0])]
    assert told.total.answers == sum(row[0] for row in whole.values())
    assert told.others.answers == told.total.answers - sum(one.answers for one in told.items)


def test_far_too_many_keys_shrink_as_rows_would_one_by_one() -> None:
    parts = [rows(seed, 60, 400) | {OTHERS: [1] * WIDTH} for seed in range(12)]
    adding, slow = Adding({"user-7": "Bob"}, most_keys=100), dict[str, Row]()
    for part in parts:
        adding.include(table(part))
        slow = added([slow, part])
        if len(slow) > 100:
            asked = {name: slow.pop(name) for name in ("user-7",) if name in slow}
            slow = largest(slow, 50) | asked
    told = adding.breakdown("user", 30, 250)
    assert {one.key: one.answers for one in told.items} == {
        name: row[0] for name, row in slow.items() if name != OTHERS
    }
    assert told.others.answers == slow[OTHERS][0]
    assert told.total.answers == sum(row[0] for part in parts for row in part.values())


def test_tables_together_are_their_rows_added() -> None:
    parts = [rows(seed, 40, 90) for seed in range(3)]
    found = together([table(part) for part in parts])
    assert found.rows == added(parts)
    assert found.size > found.numbers.nbytes
    assert together([]).rows == {}
