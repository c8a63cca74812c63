"""From what was learned to a dataset: duplicates go, the rest is balanced and split. Pure.

Runs in a worker process: at the largest size it takes seconds.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, takewhile
from uuid import UUID

from ratchet_trainer.collecting.head import Head
from ratchet_trainer.collecting.targets import may_be_reference
from ratchet_trainer.datasets.balancing import balanced
from ratchet_trainer.datasets.dataset import Composition, Dropped, Rules
from ratchet_trainer.datasets.describing import named
from ratchet_trainer.datasets.duplicates import Candidate, Kept, drop_duplicates
from ratchet_trainer.datasets.grouping import Item, groups
from ratchet_trainer.datasets.overlap import held_out_in_training
from ratchet_trainer.datasets.sides import sides_of
from ratchet_trainer.datasets.split import Side


@dataclass(frozen=True, slots=True)
class TooFew:
    found: int
    balanced_away: int = 0  # beside them


@dataclass(frozen=True, slots=True)
class EmptySide:
    side: Side
    why: str


@dataclass(frozen=True, slots=True)
class Overlapping:
    documents: int


Composed = Composition | TooFew | EmptySide | Overlapping


def compose(task_type: str, newest: Sequence[Head], rules: Rules) -> Composed:
    """`newest`: what was learned last first."""
    heads = within(newest, rules.max_bytes)
    good = [head for head in heads if _is_good(head, rules.min_quality)]
    kept, bonds = _kept(good, rules.near_duplicate)
    different = [head for head in good if head.example_id in kept.examples]
    members = balanced(different, rules.balance, rules.seed)
    confirmed = sum(head.confirmed for head in members)
    if not members or confirmed < rules.min_examples:
        return TooFew(confirmed, sum(head.confirmed for head in different) - confirmed)
    sides = sides_of(task_type, members, bonds, rules.shares, rules.seed, by_user=rules.by_user)
    dropped = Dropped(
        low_quality=len(heads) - len(good),
        same_text=kept.exact,
        nearly_same_text=kept.near,
        conflicting_label=kept.conflicting,
        too_many_of_a_type=len(different) - len(members),
        held_out_beside=len(members) - len(sides),
    )
    return _refused(task_type, members, sides, rules) or named(task_type, heads, members, sides, dropped, rules)


def within(newest: Sequence[Head], max_bytes: int) -> list[Head]:
    """The newest ones whose texts together stay within the limit; at least one."""
    fitting = sum(1 for _ in takewhile(lambda total: total <= max_bytes, accumulate(head.chars for head in newest)))
    return list(newest[: max(fitting, 1)])


def _is_good(head: Head, least: float) -> bool:
    """What nobody knows the quality of is no good where some is asked for."""
    return not least or (head.quality is not None and head.quality >= least)


def _kept(heads: Sequence[Head], threshold: float) -> tuple[Kept, dict[str, str]]:
    """Without duplicates; and by document what binds those that are alike nevertheless."""
    from ratchet_trainer.datasets.near import find_leaders, find_pairs  # only worker processes shall pay for SciPy

    texts = {head.document_hash: head.signature for head in heads}
    hashes = list(texts)
    leaders = find_leaders(list(texts.values()), threshold)
    leader_of = {hashes[place]: hashes[leader] for place, leader in enumerate(leaders)}
    kept = drop_duplicates([_candidate(head) for head in heads], leader_of)
    left = list(dict.fromkeys(head.document_hash for head in heads if head.example_id in kept.examples))
    pairs = find_pairs([texts[document] for document in left], threshold)
    alike = [Item(document, (document, leader_of[document])) for document in left]
    alike += [Item(left[one], (left[other],)) for one, other in pairs]
    return kept, {document: group[0] for group in groups(alike) for document in group}


def _refused(
    task_type: str, members: Sequence[Head], sides: Mapping[UUID, Side], rules: Rules
) -> EmptySide | Overlapping | None:
    """A side that nothing is on, or that has what another has: nobody could learn from it, or be judged by it."""
    present = set(sides.values())
    for side in (Side.TRAIN, Side.VALIDATION, Side.TEST):
        if side not in present and rules.shares.of(side) > 0:
            return EmptySide(side, _why_empty(task_type, members, rules, side))
    torn = held_out_in_training(members, sides, rules.near_duplicate)
    return Overlapping(torn) if torn else None


def _why_empty(task_type: str, members: Sequence[Head], rules: Rules, side: Side) -> str:
    judging = [head for head in members if may_be_reference(task_type, head.target_source)]
    if round(len(judging) * rules.shares.of(side)) == 0:
        return (
            f"of {len(members)} examples answers may be judged by {len(judging)}, which is too few to hold some out. "
            "Collect corrections, or POST examples to /api/models/examples."
        )
    once = sum(count == 1 for count in Counter(head.label for head in judging if head.label is not None).values())
    if 2 * once > len(judging):
        return (
            f"{once} of {len(judging)} labels appear once: what nothing else has can be learned or judged, not both. "
            "Bring more examples of each, or name fewer labels."
        )
    what, most = _together(judging, by_user=rules.by_user)
    if 2 * most > len(judging):
        return (
            f"{most} of {len(judging)} examples are of one {what}: they belong together, on one side. Collect more "
            f"from other {what}s."
        )
    return (
        "nearly all examples belong together, by document (or nearly the same one), session or user, over others. "
        "Collect more different ones."
    )


def _together(heads: Sequence[Head], *, by_user: bool) -> tuple[str, int]:
    """What holds most of them together, and how many."""
    kinds: dict[str, list[str | None]] = {
        "document": [head.document_hash for head in heads],
        "session": [head.session_hash for head in heads],
        "user": [head.user_hash for head in heads] if by_user else [],
    }
    sizes = {what: max(Counter(filter(None, its)).values(), default=0) for what, its in kinds.items()}
    most = max(sizes, key=lambda what: sizes[what])
    return most, sizes[most]


def _candidate(head: Head) -> Candidate:
    return Candidate(
        head.example_id, head.document_hash, head.question_hash, head.label, not head.confirmed, head.learned_at
    )
