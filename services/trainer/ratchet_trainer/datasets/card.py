"""A dataset on one page of Markdown, for whoever has to approve of it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from ratchet_common.plurals import so_many
from ratchet_trainer.datasets.analysis import Analysis
from ratchet_trainer.datasets.dataset import Erased, Listed, MadeOf, Manifest, Rules
from ratchet_trainer.datasets.split import Side

VALUES_SHOWN: Final = 30  # of one stratum, the commonest ones
SIDES: Final = (Side.TRAIN, Side.VALIDATION, Side.TEST)
SOURCES: Final[Mapping[str, str]] = {
    "reference": "what is right came with the request",
    "correction": "somebody corrected the answer",
    "accepted": "somebody accepted the answer",
    "sampled": "nobody rated the answer; it passed every check",
    "imported": "brought from outside",
}
SPECIAL: Final = str.maketrans({"|": "\\|", "\\": "\\\\", "`": "\\`", "\n": " ", "\r": " ", "<": "&lt;"})


def card(listed: Listed, found: Analysis) -> str:
    made = listed.manifest
    parts = [
        f"# {listed.dataset_id}",
        _what_it_is(listed),
        *_warnings(made.warnings),
        "## Sides",
        _sides(made, found),
        _how_split(made.rules),
        *_by_side("By type of document", "type", made, "document_type"),
        "## Where the targets come from",
        _table(
            ("source", "examples", ""),
            [(source, f"{count:,}", SOURCES.get(source, "")) for source, count in made.by_source.items()],
        ),
        *_by_side("Of each source on each side", "source", made, "target_source"),
        *_labels(made, found.label_balance),
        "## What was left out",
        *_left_out(made),
        "## Made examples",
        _augmentation(made.rules, found),
        "## Texts",
        f"An input has {found.avg_input_length:,.0f} characters on average, a target {found.avg_output_length:,.0f}; "
        f"together they have {found.vocabulary_size:,} different words.",
        "## Private data",
        *_private(found.pii_found),
        *_erased(listed.erasures),
        *_documents(listed.made_of),
        "## Whose it is, and what it may be used for",
        *_rights(made),
    ]
    return "\n\n".join(parts) + "\n"


def _what_it_is(listed: Listed) -> str:
    made = listed.manifest
    in_all = sum(made.sizes.values())
    return (
        f"{so_many(in_all, 'example')} for the task `{made.task_type}`, learned from "
        f"{made.learned_from:%Y-%m-%d} to {made.learned_until:%Y-%m-%d} and put together on "
        f"{listed.created_at:%Y-%m-%d}. It never changes: its name is that of its content, SHA-256 `{made.sha256}`."
    )


def _warnings(warnings: Sequence[str]) -> list[str]:
    return ["## Warnings", "\n".join(f"- {_plain(warning)}" for warning in warnings)] if warnings else []


def _sides(made: Manifest, found: Analysis) -> str:
    rows = []
    for side in SIDES:
        size = made.sizes.get(side, 0)
        erased = f"{size - found.present.get(side, size):,}"
        rows.append((str(side), f"{size:,}", erased, f"{found.tokens_estimated.get(side, 0):,}"))
    return _table(("side", "examples", "erased since", "tokens, about"), rows)


def _how_split(rules: Rules) -> str:
    bound = "document, session or user" if rules.by_user else "document or session"
    return (
        f"Nothing of one {bound} stands on two sides, nor what is nearly the same; beyond that the sides have labels, "
        f"types of documents and sources of targets in the same shares. Seed {rules.seed}."
    )


def _by_side(title: str, what: str, made: Manifest, stratum: str) -> list[str]:
    values = made.strata.get(stratum, {})
    if len(values) < 2:
        return []
    rows = [(value, *(f"{sides.get(side, 0):,}" for side in SIDES)) for value, sides in values.items()]
    return [f"### {title}", _table((what, *map(str, SIDES)), rows[:VALUES_SHOWN])]


def _labels(made: Manifest, shares: Mapping[str, float]) -> list[str]:
    if not made.by_label:
        return []
    where = made.strata.get("label", {})
    rows = [
        (
            label,
            f"{count:,}",
            f"{shares.get(label, 0.0):.1%}",
            *(f"{where.get(label, {}).get(side, 0):,}" for side in SIDES),
        )
        for label, count in made.by_label.items()
    ]
    more = [f"{len(rows) - VALUES_SHOWN:,} further labels are rarer."] if len(rows) > VALUES_SHOWN else []
    head = ("label", "examples", "share", *map(str, SIDES))
    return ["## Labels", _table(head, rows[:VALUES_SHOWN]), *more]


def _left_out(made: Manifest) -> list[str]:
    rules, dropped = made.rules, made.dropped
    taken = [f"learned since {rules.since:%Y-%m-%d %H:%M}"] if rules.since else []
    taken += [f"before {rules.until:%Y-%m-%d %H:%M}"] if rules.until else []
    rows = [
        (f"a quality under {rules.min_quality:.2f}, or none known", dropped.low_quality),
        ("the same text was there", dropped.same_text),
        (f"nearly the same text ({rules.near_duplicate:.0%} alike)", dropped.nearly_same_text),
        ("among those two, with another label", dropped.conflicting_label),
        (f"too many of one type of document ({_balance(rules)})", dropped.too_many_of_a_type),
        ("unconfirmed, beside what is held out", dropped.held_out_beside),
    ]
    which = f" ({' and '.join(taken)})" if taken else ""
    return [
        f"Of {so_many(made.looked_at, 'example')} that were looked at{which}:",
        _table(("why", "examples"), [(why, f"{count:,}") for why, count in rows]),
    ]


def _balance(rules: Rules) -> str:
    if rules.balance is None:
        return "not balanced"
    if rules.balance.kind == "cap":
        return f"at most {rules.balance.most:g} times the median of the types"
    return f"at most {rules.balance.most:.0%} of all"


def _augmentation(rules: Rules, found: Analysis) -> str:
    if rules.augment is None:
        return "There are none: each example is what somebody said or accepted, or what a model answered."
    if not found.made:
        named = ", ".join(rules.augment.recipes)
        return f"There are none: {named} found nothing to say differently in these texts."
    which = "of rare labels" if rules.augment.rare_labels else "for training"
    table = _table(("recipe", "examples"), [(recipe, f"{count:,}") for recipe, count in found.made.items()])
    return (
        f"Examples {which} are said again a little differently, on the training side only. They are in no number above "
        f"but the tokens, and with what they are made of they weigh {rules.augment.factor} examples at most. They are "
        f"made anew from the seed whenever the dataset is read; none is stored.\n\n{table}"
    )


def _private(found: Mapping[str, int]) -> list[str]:
    told = (
        "Texts were scrubbed before they were stored; in place of what was found stands its kind, as in `[EMAIL_1]`. "
        "What no rule and no model saw may still be there. Users and sessions are kept as salted hashes, for erasure; "
        "no file of the dataset has them."
    )
    if not found:
        return [f"{told} Nothing was found."]
    total = f"{sum(found.values()):,} values were taken out."
    return [f"{told} {total}", _table(("kind", "distinct values"), [(kind, f"{n:,}") for kind, n in found.items()])]


def _rights(made: Manifest) -> list[str]:
    told = (
        "It was made from one tenant's requests and from what people said of the answers, and serves that tenant only. "
        "It has no licence to be given to others: the texts belong to whoever wrote them."
    )
    models = made.by_source.get("accepted", 0) + made.by_source.get("sampled", 0)
    if not models:
        return [told]
    share = models / max(sum(made.by_source.values()), 1)
    return [
        told,
        f"{models:,} targets ({share:.0%}) are answers of a model as it gave them: look whether its provider's terms "
        "allow another model to learn from them.",
    ]


def _erased(erasures: Sequence[Erased]) -> list[str]:
    if not erasures:
        return []
    told = "Users asked to be forgotten whose examples it held. It is read without them; build it anew to replace it."
    rows = [(str(one.erasure_id), f"{one.at:%Y-%m-%d}", f"{one.examples:,}") for one in erasures]
    return ["## Erased since", told, _table(("erasure", "asked on", "examples"), rows)]


def _documents(its: MadeOf) -> list[str]:
    if not its.documents:
        return []
    told = f"Its examples' answers were given from {so_many(its.documents, 'document')}."
    if its.deleted:
        were = "was" if its.deleted == 1 else "were"
        told += f" Of these {its.deleted:,} {were} deleted since: it is read without what rests on that."
    if its.changed:
        told += f" {its.changed:,} had another content later than what was read: the next dataset has none of that."
    return ["## Documents it was made of", told]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(_plain, line))} |" for line in lines)


def _plain(text: str) -> str:
    return text.translate(SPECIAL)
