"""Direct preference optimization by TRL: the corrected answer before the one that was given."""

from collections.abc import Sequence
from typing import Any

from datasets import Dataset
from trl import DPOConfig, DPOTrainer

from ratchet_tuner.arguments import adapter_config, common
from ratchet_tuner.lines import Preference, rows_of
from ratchet_tuner.supervised import encoder
from ratchet_tuner.tuning import Bench, Prepared, files, short_enough, something_left

Sized = tuple[int, dict[str, Any]]


def preferences(bench: Bench) -> Prepared:
    """The base model without the adapter is what it is held against: no second model lies in memory.

    Raises CannotTuneError.
    """
    train, validation = files(bench.work)
    rows = rows_of(train, Preference)
    sized = _sized(bench, rows)
    examples = short_enough(bench.order, sized)
    held_out = short_enough(bench.order, _sized(bench, rows_of(validation, Preference)))
    something_left(bench.order, len(rows), len(examples))
    trainer = DPOTrainer(
        model=bench.model,
        args=DPOConfig(
            **common(bench.order, bench.work, bench.place, len(examples), validates=bool(held_out)),
            beta=bench.order.beta,
            max_length=None,  # what is too long was left out
        ),
        train_dataset=Dataset.from_list(examples),
        eval_dataset=Dataset.from_list(held_out) if held_out else None,
        processing_class=bench.tokenizer,
        peft_config=adapter_config(bench.order),
    )
    tokens = sum(tokens for tokens, _ in sized if tokens <= bench.order.max_tokens)
    return Prepared(trainer, len(examples), 2 * tokens, len(rows) - len(examples))


def _sized(bench: Bench, rows: Sequence[Preference]) -> list[Sized]:
    """By the longer of the two answers."""
    encode = encoder(bench)
    answers = ("preferred_output", "non_preferred_output")
    return [
        (max(len(encode([*row.input.messages, *getattr(row, name)], False)) for name in answers), _record(row))
        for row in rows
    ]


def _record(row: Preference) -> dict[str, Any]:
    return {
        "prompt": [turn.spoken() for turn in row.input.messages],
        "chosen": [turn.spoken() for turn in row.preferred_output],
        "rejected": [turn.spoken() for turn in row.non_preferred_output],
    }
