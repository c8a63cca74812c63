"""Which models answered which public prompts how well."""

import csv
import gzip
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.bench.public_data import FOLDER, there

SEED, FOLDS = 42, 5
MMLU = FOLDER / "routellm_mmlu/outcomes.csv.gz"
OUTCOMES = FOLDER / "routing_outcomes"
CHARACTERS_PER_TOKEN, OUTPUT_TOKENS = 4, 150  # the outcomes do not say how long prompts and answers were
MILLION, THOUSAND = 1_000_000, 1_000

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pair:
    """Prompts that a weak and a strong model answered: right or not, and a fold for each prompt."""

    prompts: Sequence[str]
    weak: Floats
    strong: Floats
    fold: Ints

    @property
    def gain(self) -> Floats:
        return self.strong - self.weak


@dataclass(frozen=True, slots=True)
class Outcomes:
    """(prompts, models): how good each answer was, and what it costs in USD for a thousand of them."""

    prompts: Sequence[str]
    models: tuple[str, ...]
    score: Floats
    price: Floats
    fold: Ints


def mmlu() -> Pair:
    """14,037 prompts, Mixtral-8x7B and GPT-4-1106 (lm-sys/RouteLLM, Apache-2.0)."""
    with gzip.open(there(MMLU), "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    prompts = [row["prompt"] for row in rows]
    weak, strong = (np.array([float(row[f"{side}_correct"]) for row in rows]) for side in ("weak", "strong"))
    return Pair(prompts, weak, strong, folds(prompts))


def nine_models() -> Outcomes:
    """5,608 prompts of 14 tasks (ulab-uiuc/LLMRouter, MIT), with the prices that come with them."""
    with gzip.open(there(OUTCOMES / "train.jsonl.gz"), "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    known = json.loads(there(OUTCOMES / "llm_candidates.json").read_text())
    models = tuple(sorted(rows[0]["scores"]))
    prompts = [row["question"] for row in rows]
    rates = np.array([[known[model]["input_price"], known[model]["output_price"]] for model in models])
    tokens = np.array([[len(prompt) / CHARACTERS_PER_TOKEN, OUTPUT_TOKENS] for prompt in prompts])
    score = np.array([[row["scores"][model] for model in models] for row in rows])
    return Outcomes(prompts, models, score, tokens @ rates.T / MILLION * THOUSAND, folds(prompts))


def folds(prompts: Sequence[str]) -> Ints:
    """At random, with all prompts of one question in one fold, whatever their options are."""
    _, group = np.unique([_question(prompt) for prompt in prompts], return_inverse=True)
    return (np.random.default_rng(SEED).permutation(group.max() + 1) % FOLDS)[group]


def questions(prompts: Sequence[str]) -> int:
    return len({_question(prompt) for prompt in prompts})


def _question(prompt: str) -> str:
    """Its words up to the first option."""
    return re.sub(r"\W+", " ", prompt.partition("\nA. ")[0].lower()).strip()
