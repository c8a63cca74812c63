"""Tuning of embeddings: each text nears its own partner and leaves those of the others in its batch.

A loss of twenty lines on the trainer of the other two methods, in place of another library: so checkpoints, restarts,
reports and adapters are the same for all three.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from datasets import Dataset
from peft import get_peft_model
from torch.nn.functional import cross_entropy, normalize
from transformers import Trainer, TrainingArguments, set_seed

from ratchet_tuner.arguments import adapter_config, common
from ratchet_tuner.failing import CannotTuneError
from ratchet_tuner.lines import Related, rows_of
from ratchet_tuner.pooling import pooled, pooling_of
from ratchet_tuner.tuning import Bench, Prepared, files, short_enough, something_left

SHARPNESS: Final = 20.0  # cosines are multiplied by it before they compete, as is usual for this loss


def embeddings(bench: Bench) -> Prepared:
    """Raises CannotTuneError."""
    if bench.order.batch_size < 2:
        raise CannotTuneError("Embeddings learn from the others in a batch: take a batch_size of at least 2.")
    train, validation = files(bench.work)
    pairs = rows_of(train, Related)
    sized = _sized(bench, pairs)
    examples = short_enough(bench.order, sized)
    held_out = short_enough(bench.order, _sized(bench, rows_of(validation, Related)))
    something_left(bench.order, len(pairs), len(examples))
    set_seed(bench.order.seed)  # the adapter's first weights are drawn
    trainer = ContrastiveTrainer(
        model=get_peft_model(bench.model, adapter_config(bench.order)),
        args=TrainingArguments(
            **common(bench.order, bench.work, bench.place, len(examples), validates=len(held_out) > 1),
            remove_unused_columns=False,
        ),
        train_dataset=Dataset.from_list(examples),
        eval_dataset=Dataset.from_list(held_out) if len(held_out) > 1 else None,
        data_collator=Collator(bench.tokenizer),
        pooling=pooling_of(bench.order.base_model),
    )
    tokens = sum(len(example["anchor"]) + len(example["positive"]) for example in examples)
    return Prepared(trainer, len(examples), tokens, len(pairs) - len(examples))


def _sized(bench: Bench, pairs: Sequence[Related]) -> list[tuple[int, dict[str, list[int]]]]:
    """By the longer of the two texts."""
    read = [{"anchor": _ids(bench, pair.anchor), "positive": _ids(bench, pair.positive)} for pair in pairs]
    return [(max(map(len, one.values())), one) for one in read]


def _ids(bench: Bench, text: str) -> list[int]:
    return list(bench.tokenizer(text)["input_ids"])


@dataclass(frozen=True, slots=True)
class Collator:
    tokenizer: Any

    def __call__(self, examples: Sequence[dict[str, list[int]]]) -> dict[str, Any]:
        """`rival`: whether positive j is another text than i's own; the same text twice is no rival of itself."""
        positives = [tuple(example["positive"]) for example in examples]
        rival = [[j == i or other != own for j, other in enumerate(positives)] for i, own in enumerate(positives)]
        sides = {name: self._padded([example[name] for example in examples]) for name in ("anchor", "positive")}
        return {**sides, "rival": torch.tensor(rival)}

    def _padded(self, ids: Sequence[list[int]]) -> dict[str, Any]:
        return dict(self.tokenizer.pad({"input_ids": list(ids)}, return_tensors="pt"))


class ContrastiveTrainer(Trainer):
    def __init__(self, *, pooling: str, **how: Any) -> None:
        super().__init__(**how)
        self._pooling = pooling

    def compute_loss(self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, **_: Any) -> Any:
        anchors, positives = (self._embedded(model, inputs[name]) for name in ("anchor", "positive"))
        alike = (anchors @ positives.T * SHARPNESS).masked_fill(~inputs["rival"], float("-inf"))
        loss = cross_entropy(alike, torch.arange(len(alike), device=alike.device))
        return (loss, {}) if return_outputs else loss

    def prediction_step(self, model: Any, inputs: dict[str, Any], *_: Any, **__: Any) -> tuple[Any, None, None]:
        with torch.no_grad():
            return self.compute_loss(model, self._prepare_inputs(inputs)).detach(), None, None

    def _embedded(self, model: Any, side: dict[str, Any]) -> Any:
        hidden = model(input_ids=side["input_ids"], attention_mask=side["attention_mask"]).last_hidden_state
        return normalize(pooled(hidden, side["attention_mask"], self._pooling).float(), dim=-1)
