"""How much is known of a template for each task and document type, or each other group of places, all at once. Pure."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeVar

import numpy as np

from ratchet_monitor.blocks import design
from ratchet_monitor.counted import BY_BLOCK, PREDICTIONS, Counted
from ratchet_monitor.hearing import scores_of, unweighted, weights
from ratchet_monitor.kinds import Integers
from ratchet_monitor.known import Known, known
from ratchet_monitor.observations import MILLION
from ratchet_monitor.prompts.places import Place
from ratchet_monitor.prompts.uses import Uses

K = TypeVar("K")
SCORES: Final = [BY_BLOCK.index(name) for name in ("scored", "score")]


class Told(NamedTuple):
    """`answers`: that were made. `quality`: as in `Uses`."""

    answers: int
    quality: Known | None


NOTHING: Final = Told(0, None)


def told_by(uses: Uses, of: Callable[[Place], K]) -> dict[K, Told]:
    """What `uses` would tell of the places of each alone. Of a time that was counted once."""
    if not uses.parts:
        return {}
    (part,) = uses.parts
    each: dict[K, list[Integers]] = {}
    for place, rows in part.places.items():
        each.setdefault(of(place), []).append(rows[part.counted.made[rows]])
    made = {key: np.concatenate(several) for key, several in each.items()}
    there = {key: rows for key, rows in made.items() if rows.size}
    return dict.fromkeys(made, NOTHING) | _told(part.counted, there)


def _told(counted: Counted, there: Mapping[K, Integers]) -> dict[K, Told]:
    if not there:
        return {}
    rows, starts = np.concatenate(list(there.values())), np.cumsum([0, *(its.size for its in there.values())])[:-1]
    strata = counted.strata[rows]
    weighted, raw = scores_of(strata, weights(strata, starts), starts), unweighted(strata, starts)
    answers = np.add.reduceat(counted.sums[rows, PREDICTIONS], starts).tolist()
    blocks = np.add.reduceat(counted.by_block[rows][..., SCORES], starts).tolist()
    found: dict[K, Told] = {}
    for key, n, scores, of_raw, by_block in zip(there, answers, weighted, raw, blocks, strict=True):
        quality, plain = known(scores), known(of_raw)
        variance = plain.mean * (1 - plain.mean) / plain.worth if plain else 0.0
        by_number = {number: (int(scored), score / MILLION) for number, (scored, score) in enumerate(by_block)}
        found[key] = Told(int(n), quality.with_design(design(by_number, variance)) if quality else None)
    return found
