"""Which of a dataset's members train, validate and test? Pure."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from ratchet_trainer.collecting.head import Head
from ratchet_trainer.collecting.targets import may_be_reference
from ratchet_trainer.datasets.grouping import Item, groups
from ratchet_trainer.datasets.split import Shares, Side, split


def sides_of(
    task_type: str, members: Sequence[Head], bonds: Mapping[str, str], shares: Shares, seed: int, *, by_user: bool
) -> dict[UUID, Side]:
    """`bonds`: by document, what binds it to those that are nearly it.

    Only what answers may be judged by is split; the rest trains, unless what it belongs to is held out: then it is on
    no side.
    """
    items = [_item(head, bonds, by_user=by_user) for head in members]
    group_of = {key: group[0] for group in groups(items) for key in group}
    judging = [
        Item(item.key, (group_of[item.key],), item.strata, item.label)
        for head, item in zip(members, items, strict=True)
        if may_be_reference(task_type, head.target_source)
    ]
    sides = split(judging, shares, seed)
    held_out = {group_of[key] for key, side in sides.items() if side is not Side.TRAIN}
    training = [key for key in group_of if key not in sides and group_of[key] not in held_out]
    return {UUID(key): side for key, side in (sides | dict.fromkeys(training, Side.TRAIN)).items()}


def _item(head: Head, bonds: Mapping[str, str], *, by_user: bool) -> Item:
    bound_by = [f"document:{bonds[head.document_hash]}"]
    if head.session_hash:
        bound_by.append(f"session:{head.session_hash}")
    if by_user and head.user_hash:
        bound_by.append(f"user:{head.user_hash}")
    strata = [f"type:{head.kind_of_document}", f"source:{head.target_source}"]
    if head.label is not None:
        strata.append(f"label:{head.label}")
    return Item(str(head.example_id), tuple(bound_by), tuple(strata), head.label)
