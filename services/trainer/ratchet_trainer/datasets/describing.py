"""What a composed dataset is called, and what its manifest says of it. Pure."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from ratchet_common.plurals import so_many
from ratchet_trainer.collecting.head import Head
from ratchet_trainer.datasets.balancing import can_be_even
from ratchet_trainer.datasets.dataset import Composition, Dropped, Manifest, Ref, Resting, Rules, Strata
from ratchet_trainer.datasets.split import Side

NAME_CHARS = 12
LABELS_SHOWN = 200  # the commonest ones
LABELS_NAMED: Final = 10  # in one warning
FEW_TO_JUDGE: Final = 30
FAR_OFF: Final = 0.2  # of what a side should have


def named(
    task_type: str,
    heads: Collection[Head],
    members: Sequence[Head],
    sides: Mapping[UUID, Side],
    dropped: Dropped,
    rules: Rules,
) -> Composition:
    """`heads`: all that were looked at. A member on no side is not in it."""
    ordered = sorted((head for head in members if head.example_id in sides), key=lambda head: head.example_id)
    digest = _digest(task_type, ordered, sides, rules)
    refs: dict[Side, tuple[Ref, ...]] = {
        side: tuple((h.example_id, h.revision) for h in ordered if sides[h.example_id] is side) for side in Side
    }
    labels = Counter(head.label for head in ordered if head.label is not None)
    manifest = Manifest(
        task_type=task_type,
        rules=rules,
        looked_at=len(heads),
        sizes={side: len(chosen) for side, chosen in refs.items()},
        by_source=dict(sorted(Counter(head.target_source for head in ordered).items())),
        by_label=dict(labels.most_common(LABELS_SHOWN)),
        strata=_strata(ordered, sides, [label for label, _ in labels.most_common(LABELS_SHOWN)]),
        dropped=dropped,
        warnings=tuple(_warnings(ordered, sides, rules)),
        learned_from=min(head.learned_at for head in heads),
        learned_until=max(head.learned_at for head in heads),
        sha256=digest,
    )
    name = f"{task_type}-{digest[:NAME_CHARS]}"
    return Composition(dataset_id=name, manifest=manifest, sides=refs, documents=_documents(ordered))


def _documents(members: Sequence[Head]) -> dict[str, Resting]:
    read: dict[str, list[int]] = defaultdict(list)
    for head in members:
        for one in head.documents:
            read[one.document_id].append(one.revision)
    return {document_id: Resting(len(revisions), min(revisions)) for document_id, revisions in sorted(read.items())}


def _digest(task_type: str, ordered: Sequence[Head], sides: Mapping[UUID, Side], rules: Rules) -> str:
    """By the rules too: a manifest must be true of each dataset that was asked for by others."""
    digest = hashlib.sha256(f"{task_type}\n".encode() + msgspec.json.encode(rules, order="deterministic"))
    for head in ordered:
        digest.update(f"\n{sides[head.example_id]} {head.example_id} {head.revision} {head.content}".encode())
    return digest.hexdigest()


def _strata(ordered: Sequence[Head], sides: Mapping[UUID, Side], labels: Sequence[str]) -> Strata:
    counts: dict[str, dict[str, Counter[Side]]] = {
        "label": {label: Counter() for label in labels},
        "document_type": defaultdict(Counter),
        "target_source": defaultdict(Counter),
    }
    for head in ordered:
        side = sides[head.example_id]
        counts["document_type"][head.kind_of_document][side] += 1
        counts["target_source"][head.target_source][side] += 1
        if head.label in counts["label"]:
            counts["label"][head.label][side] += 1
    by_name = {what: dict(sorted(values.items())) for what, values in counts.items() if what != "label"}
    return ({"label": counts["label"]} if labels else {}) | by_name


def _warnings(ordered: Sequence[Head], sides: Mapping[UUID, Side], rules: Rules) -> list[str]:
    return [*_of_labels(ordered, sides), *_of_sizes(ordered, sides, rules), *_of_balance(ordered, rules)]


def _of_labels(ordered: Sequence[Head], sides: Mapping[UUID, Side]) -> list[str]:
    labels = Counter(head.label for head in ordered if head.label is not None)
    seen: dict[Side, set[str]] = {side: set() for side in Side}
    for head in ordered:
        if head.label is not None:
            seen[sides[head.example_id]].add(head.label)
    once = sorted(label for label, count in labels.items() if count == 1)
    untested = sorted(labels.keys() - seen[Side.TEST] - set(once))
    unlearned = sorted(labels.keys() - seen[Side.TRAIN])
    told = {
        "Labels that appear once, so that nothing judges them": once,
        "Labels that the test side lacks": untested,
        "Labels that the training side lacks, so that nobody learns them": unlearned,
    }
    return [f"{what}: {_listed(which)}." for what, which in told.items() if which]


def _of_sizes(ordered: Sequence[Head], sides: Mapping[UUID, Side], rules: Rules) -> list[str]:
    sizes = Counter(sides[head.example_id] for head in ordered)
    told = []
    for side in (Side.VALIDATION, Side.TEST):
        share, wanted = sizes[side] / len(ordered), rules.shares.of(side)
        if abs(share - wanted) > FAR_OFF * wanted:
            told.append(f"The side {side} has {share:.1%} of all examples, and {wanted:.0%} were asked for.")
    if sizes[Side.TEST] < FEW_TO_JUDGE:
        told.append(
            f"The test side has {so_many(sizes[Side.TEST], 'example')}: what is measured on so few is hardly sure."
        )
    return told


def _of_balance(ordered: Sequence[Head], rules: Rules) -> list[str]:
    types = Counter(head.kind_of_document for head in ordered)
    if rules.balance is None or can_be_even(types, rules.balance):
        return []
    return [
        f"There are {len(types)} types of documents, so that not each can have {rules.balance.most:.0%} at most: they "
        "were made as even as the rarest one allows."
    ]


def _listed(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - LABELS_NAMED} more" if len(labels) > LABELS_NAMED else ""
    return ", ".join(labels[:LABELS_NAMED]) + more
