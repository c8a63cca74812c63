"""Looks into documents for the tests, drawn with a seed: what of them was worth it follows a rule that is known."""

import numpy as np

from ratchet_router.grounding.order.features import FEATURES
from ratchet_router.grounding.order.fitting import Look

TABLE = FEATURES.index("a table")


def drawn(count: int, *, by_table: float, seed: int = 7, shown: int = 0, passages: int = 8) -> list[Look]:
    """`by_table`: how often the passage that is worth it is the one with a table, and not the one that stands first."""
    random = np.random.default_rng(seed)
    looks = []
    for number in range(count):
        table = int(random.integers(1, passages))
        rows = []
        for at in range(passages):
            row = random.normal(0, 1, len(FEATURES))
            row[0], row[TABLE] = 1 - at / passages, float(at == table)
            rows.append(tuple(row.round(4).tolist()))
        worth = table if random.random() < by_table else 0
        looks.append(Look(f"document:{number}", tuple(rows), frozenset({worth}), shown))
    return looks
