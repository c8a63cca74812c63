"""From what was learned to a dataset: duplicates go, the rest is split, and the whole is named by its content. Pure.

Runs in a worker process: at the largest size it takes seconds.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, takewhile
from uuid import UUID

from ratchet_trainer.dataset import Composition, Dropped, Manifest, Ref, Rules
from ratchet_trainer.duplicates import Candidate, Kept, drop_duplicates
from ratchet_trainer.example import TargetSource
from ratchet_trainer.split import Item, Side, groups, split
from ratchet_trainer.targets import may_be_reference

NAME_CHARS = 12
LABELS_SHOWN = 200  # the commonest ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """An example without its texts."""

    example_id: UUID
    revision: int
    target_source: TargetSource
    label: str | None  # the target, where it is a label
    document_hash: str
    question_hash: str
    signature: bytes
    session_hash: str | None
    user_hash: str | None
    content: str
    chars: int
    learned_at: datetime

    @property
    def confirmed(self) -> bool:
        """A person wrote its target, or accepted it."""
        return self.target_source != "sampled"


@dataclass(frozen=True, slots=True)
class TooFew:
    found: int


def compose(task_type: str, newest: Sequence[Head], rules: Rules) -> Composition | TooFew:
    """`newest`: what was learned last first."""
    heads = within(newest, rules.max_bytes)
    kept, bonds = _kept(heads, rules.near_duplicate)
    chosen = set(kept.examples)
    members = [head for head in heads if head.example_id in chosen]
    confirmed = sum(head.confirmed for head in members)
    if confirmed < rules.min_examples:
        return TooFew(confirmed)
    sides, beside = _sides(task_type, members, bonds, rules)
    dropped = Dropped(
        same_text=kept.exact,
        nearly_same_text=kept.near,
        conflicting_label=kept.conflicting,
        held_out_beside=beside,
    )
    return _named(task_type, heads, [head for head in members if str(head.example_id) in sides], sides, dropped, rules)


def within(newest: Sequence[Head], max_bytes: int) -> list[Head]:
    """The newest ones whose texts together stay within the limit; at least one."""
    fitting = sum(1 for _ in takewhile(lambda total: total <= max_bytes, accumulate(head.chars for head in newest)))
    return list(newest[: max(fitting, 1)])


def _kept(heads: Sequence[Head], threshold: float) -> tuple[Kept, dict[str, str]]:
    """Without duplicates; and by document what binds those that are alike nevertheless."""
    from ratchet_trainer.near import find_leaders, find_pairs  # only worker processes shall pay for SciPy

    texts = {head.document_hash: head.signature for head in heads}
    hashes = list(texts)
    leaders = find_leaders(list(texts.values()), threshold)
    leader_of = {hashes[place]: hashes[leader] for place, leader in enumerate(leaders)}
    kept = drop_duplicates([_candidate(head) for head in heads], leader_of)
    chosen = set(kept.examples)
    left = list(dict.fromkeys(head.document_hash for head in heads if head.example_id in chosen))
    pairs = find_pairs([texts[document] for document in left], threshold)
    alike = [Item(document, (document, leader_of[document])) for document in left]
    alike += [Item(left[one], (left[other],)) for one, other in pairs]
    return kept, {document: group[0] for group in groups(alike) for document in group}


def _sides(
    task_type: str, members: Sequence[Head], bonds: Mapping[str, str], rules: Rules
) -> tuple[dict[str, Side], int]:
    """Only what answers may be judged by is split; the rest trains, unless what it belongs to is held out."""
    items = {head.example_id: _item(head, bonds, rules) for head in members}
    group_of = {key: group[0] for group in groups(list(items.values())) for key in group}
    judging = [head for head in members if may_be_reference(task_type, head.target_source)]
    bound = [Item(str(head.example_id), (group_of[str(head.example_id)],)) for head in judging]
    sides = split(bound, rules.shares, rules.seed)
    held_out = {group_of[key] for key, side in sides.items() if side is not Side.TRAIN}
    others = [key for key in group_of if key not in sides]
    training = [key for key in others if group_of[key] not in held_out]
    return sides | dict.fromkeys(training, Side.TRAIN), len(others) - len(training)


def _item(head: Head, bonds: Mapping[str, str], rules: Rules) -> Item:
    bound_by = [f"document:{bonds[head.document_hash]}"]
    if head.session_hash:
        bound_by.append(f"session:{head.session_hash}")
    if rules.by_user and head.user_hash:
        bound_by.append(f"user:{head.user_hash}")
    return Item(str(head.example_id), tuple(bound_by))


def _candidate(head: Head) -> Candidate:
    return Candidate(
        head.example_id, head.document_hash, head.question_hash, head.label, not head.confirmed, head.learned_at
    )


def _named(
    task_type: str,
    heads: Collection[Head],
    members: Sequence[Head],
    sides: Mapping[str, Side],
    dropped: Dropped,
    rules: Rules,
) -> Composition:
    ordered = sorted(members, key=lambda head: head.example_id)
    lines = [f"{sides[str(h.example_id)]} {h.example_id} {h.revision} {h.content}" for h in ordered]
    digest = hashlib.sha256("\n".join([task_type, *lines]).encode()).hexdigest()
    refs: dict[Side, tuple[Ref, ...]] = {
        side: tuple((h.example_id, h.revision) for h in ordered if sides[str(h.example_id)] is side) for side in Side
    }
    labels = Counter(head.label for head in members if head.label is not None)
    manifest = Manifest(
        task_type=task_type,
        rules=rules,
        looked_at=len(heads),
        sizes={side: len(chosen) for side, chosen in refs.items()},
        by_source=dict(sorted(Counter(head.target_source for head in members).items())),
        by_label=dict(labels.most_common(LABELS_SHOWN)),
        dropped=dropped,
        learned_from=min(head.learned_at for head in heads),
        learned_until=max(head.learned_at for head in heads),
        sha256=digest,
    )
    return Composition(dataset_id=f"{task_type}-{digest[:NAME_CHARS]}", manifest=manifest, sides=refs)
