"""What comes out: a folder with the adapter, the tokenizer and a card. Nothing in it runs when it is loaded."""

import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import msgspec

from ratchet_tuner.order import Order
from ratchet_tuner.pooling import pooling_of
from ratchet_tuner.tuning import Prepared

ADAPTER: Final = "adapter"
CARD: Final = "card.json"
LIBRARIES: Final = ("torch", "transformers", "peft", "trl")


def keep_adapter(work: Path, order: Order, prepared: Prepared, tokenizer: Any) -> Path:
    """The same order, examples and libraries give the same files: no time of day is in them."""
    draft, folder = work / f".{ADAPTER}.new", work / ADAPTER
    shutil.rmtree(draft, ignore_errors=True)
    prepared.trainer.model.save_pretrained(draft)
    tokenizer.save_pretrained(draft)
    _in_order(draft / "adapter_config.json")
    (draft / "README.md").unlink(missing_ok=True)  # PEFT's form to be filled in; the card says it all
    (draft / CARD).write_bytes(msgspec.json.format(msgspec.json.encode(_card(order, prepared), order="sorted")))
    shutil.rmtree(folder, ignore_errors=True)
    draft.replace(folder)
    return folder


def _in_order(path: Path) -> None:
    """PEFT writes a set, in another order each time."""
    config = msgspec.json.decode(path.read_bytes())
    config["target_modules"] = sorted(config["target_modules"])
    path.write_bytes(msgspec.json.format(msgspec.json.encode(config, order="sorted")))


def _card(order: Order, prepared: Prepared) -> dict[str, Any]:
    losses = [row for row in prepared.trainer.state.log_history if "loss" in row or "eval_loss" in row]
    last = {name: next((row[name] for row in reversed(losses) if name in row), None) for name in ("loss", "eval_loss")}
    return {
        "format": "ratchet-adapter-1",
        "base_model": order.base_model,
        "method": order.method,
        "hyperparameters": {
            name: getattr(order, name)
            for name in ("epochs", "batch_size", "learning_rate", "rank", "alpha", "dropout", "max_tokens", "seed")
        }
        | ({"beta": order.beta} if order.method == "dpo" else {}),
        "examples": prepared.examples,
        "examples_left_out": prepared.left_out,
        "epoch_tokens": prepared.epoch_tokens,
        "train_loss": last["loss"],
        "validation_loss": last["eval_loss"],
        "pooling": pooling_of(order.base_model) if order.method == "embeddings" else None,
        "lineage": order.lineage,
        "libraries": {name: version(name) for name in LIBRARIES},
    }
