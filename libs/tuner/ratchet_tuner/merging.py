"""`python -m ratchet_tuner.merging --work DIR --to FOLDER`: base model and adapter as one model, for servers that load
no adapters, as most do that give vectors. Of weights nothing but safetensors is read or written.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

import msgspec

from ratchet_tuner.base_folder import checked_base
from ratchet_tuner.failing import CannotTuneError
from ratchet_tuner.order import Order, read_order
from ratchet_tuner.pooling import NAMES, PLACE, pooling_of
from ratchet_tuner.surroundings import settle

ADAPTER: Final = "adapter"
WEIGHTS: Final = "adapter_model.safetensors"
FAILED: Final = 3
# Where servers of vectors look for how a model's tokens become one vector: the layout of sentence-transformers.
MODULES: Final = ("Transformer", "Pooling", "Normalize")


def merge(work: Path, to: Path) -> None:
    """Raises CannotTuneError."""
    order = msgspec.structs.replace(read_order(work), device="cpu", four_bit=False)
    checked_base(order)
    if not (work / ADAPTER / WEIGHTS).is_file():
        raise CannotTuneError(f"{work} has no {ADAPTER}/{WEIGHTS}: its run has not succeeded, or it was moved.")
    if to.exists() and any(to.iterdir()):
        raise CannotTuneError(f"{to} holds something already: name a folder that is empty or not there yet.")
    settle(order, work)
    from peft import PeftModel  # seconds and gigabytes, and only with the extra

    from ratchet_tuner.base import Place, load_model, load_tokenizer

    model = load_model(order, Place("cpu", bf16=False))
    merged = PeftModel.from_pretrained(model, work / ADAPTER).merge_and_unload()
    merged.save_pretrained(to)
    load_tokenizer(msgspec.structs.replace(order, base_model=str(work / ADAPTER))).save_pretrained(to)
    if order.method == "embeddings":
        _tell_pooling(order, merged.config.hidden_size, to)


def _tell_pooling(order: Order, size: int, to: Path) -> None:
    its = pooling_of(order.base_model)
    modes: dict[str, Any] = {name: way == its for name, way in NAMES.items()}
    _write(to / PLACE, {"word_embedding_dimension": size, **modes})
    kinds = [f"sentence_transformers.models.{name}" for name in MODULES]
    paths = ["", Path(PLACE).parent.name, "2_Normalize"]
    _write(
        to / "modules.json",
        [{"idx": n, "name": str(n), "path": path, "type": kinds[n]} for n, path in enumerate(paths)],
    )


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(prog="ratchet_tuner.merging", description="Base model and adapter as one model.")
    parser.add_argument("--work", type=Path, required=True, metavar="DIR", help="of a run that has succeeded")
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="for the model; empty, or not there")
    given = parser.parse_args()
    try:
        merge(given.work.resolve(), given.to.resolve())
    except (CannotTuneError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
