"""What all trainers are told alike."""

import math
from pathlib import Path
from typing import Any, Final

from peft import LoraConfig

from ratchet_tuner.base import Place
from ratchet_tuner.checkpoints import CHECKPOINTS
from ratchet_tuner.order import Order

POINTS: Final = 200  # of a curve, about
WARM_UP: Final = 0.03  # of all steps


def common(order: Order, work: Path, place: Place, examples: int, *, validates: bool) -> dict[str, Any]:
    """`examples`: to train on. The batch is reached in parts that the device holds."""
    at_once = order.batch_size if order.method == "embeddings" else min(order.at_once, order.batch_size)
    parts = math.ceil(order.batch_size / at_once)
    steps = order.epochs * math.ceil(math.ceil(examples / at_once) / parts)
    return {
        "output_dir": str(work / CHECKPOINTS),
        "num_train_epochs": order.epochs,
        "per_device_train_batch_size": at_once,
        "per_device_eval_batch_size": at_once,
        "gradient_accumulation_steps": parts,
        "gradient_checkpointing": place.on_gpu,
        "learning_rate": order.learning_rate,
        "lr_scheduler_type": "linear",
        "warmup_steps": WARM_UP,
        "seed": order.seed,
        "data_seed": order.seed,
        "use_cpu": not place.on_gpu,
        "bf16": place.bf16,
        "eval_strategy": "epoch" if validates else "no",
        "save_strategy": "epoch",
        "save_total_limit": 2,  # the last whole one, and the one that is being written
        "logging_steps": max(1, steps // POINTS),
        "logging_nan_inf_filter": False,  # a loss that is no number ends the run, and is not smoothed over
        "report_to": "none",
        "disable_tqdm": True,
    }


def adapter_config(order: Order) -> LoraConfig:
    kind = "FEATURE_EXTRACTION" if order.method == "embeddings" else "CAUSAL_LM"
    return LoraConfig(
        r=order.rank,
        lora_alpha=order.alpha,
        lora_dropout=order.dropout,
        target_modules="all-linear",
        task_type=kind,
    )
