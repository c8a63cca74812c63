"""A dataset on one page of Markdown, for whoever has to approve of it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from ratchet_trainer.analysis import Analysis
from ratchet_trainer.dataset import Listed
from ratchet_trainer.split import Side

LABELS_SHOWN: Final = 30  # the commonest ones
SOURCES: Final[Mapping[str, str]] = {
    "reference": "what is right came with the request",
    "correction": "somebody corrected the answer",
    "accepted": "somebody accepted the answer",
    "sampled": "nobody rated the answer; it passed every check",
    "imported": "brought from outside",
}
SPECIAL: Final = str.maketrans({"|": "\\|", "\\": "\\\\", "`": "\\`", "\n": " ", "\r": " ", "<": "&lt;"})


def card(listed: Listed, found: Analysis) -> str:
    made, dropped = listed.manifest, listed.manifest.dropped
    total = sum(made.sizes.values())
    parts = [
        f"# {listed.dataset_id}",
        f"{total:,} examples for the task `{made.task_type}`, learned from {made.learned_from:%Y-%m-%d} to "
        f"{made.learned_until:%Y-%m-%d} and put together on {listed.created_at:%Y-%m-%d}. It never changes: its name "
        f"is that of its content, SHA-256 `{made.sha256}`.",
        "## Sides",
        _table(("side", "examples"), [(str(side), f"{made.sizes.get(side, 0):,}") for side in reversed(Side)]),
        _how_split(listed),
        "## Where the targets come from",
        _table(
            ("source", "examples", ""),
            [(source, f"{count:,}", SOURCES.get(source, "")) for source, count in made.by_source.items()],
        ),
        *_labels(made.by_label, found.label_balance),
        "## What was left out",
        f"Of {made.looked_at:,} examples that were looked at:",
        _table(
            ("why", "examples"),
            [
                ("the same text was there", f"{dropped.same_text:,}"),
                (f"nearly the same text ({made.rules.near_duplicate:.0%} alike)", f"{dropped.nearly_same_text:,}"),
                ("among those two, with another label", f"{dropped.conflicting_label:,}"),
                ("unconfirmed, beside what is held out", f"{dropped.held_out_beside:,}"),
            ],
        ),
        "## Texts",
        f"An input has {found.avg_input_length:,.0f} characters on average, a target {found.avg_output_length:,.0f}; "
        f"together they have {found.vocabulary_size:,} different words.",
        "## Private data",
        *_private(found.pii_found),
    ]
    return "\n\n".join(parts) + "\n"


def _how_split(listed: Listed) -> str:
    rules = listed.manifest.rules
    bound = "document, session or user" if rules.by_user else "document or session"
    return f"Nothing of one {bound} stands on two sides, nor what is nearly the same. Seed {rules.seed}."


def _labels(counts: Mapping[str, int], shares: Mapping[str, float]) -> list[str]:
    if not counts:
        return []
    rows = [(label, f"{count:,}", f"{shares.get(label, 0.0):.1%}") for label, count in counts.items()]
    more = [f"{len(rows) - LABELS_SHOWN:,} further labels are rarer."] if len(rows) > LABELS_SHOWN else []
    return ["## Labels", _table(("label", "examples", "share"), rows[:LABELS_SHOWN]), *more]


def _private(found: Mapping[str, int]) -> list[str]:
    told = "Texts were scrubbed before they were stored; in place of what was found stands its kind, as in `[EMAIL_1]`."
    if not found:
        return [f"{told} Nothing was found."]
    return [told, _table(("kind", "distinct values"), [(kind, f"{count:,}") for kind, count in found.items()])]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.translate(SPECIAL) for cell in line)} |" for line in lines)
