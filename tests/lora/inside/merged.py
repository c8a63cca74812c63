"""What a run's base model with its adapter, and both as one model, make of a text. Run by the tuner's Python.

`merged.py WORK FOLDER`; prints the largest difference of two vectors, and how far the base model is from them.
"""

import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModel, AutoTokenizer

from ratchet_tuner.merging import merge
from ratchet_tuner.order import read_order
from ratchet_tuner.pooling import pooled, pooling_of


def vector(model: torch.nn.Module, folder: str) -> torch.Tensor:
    read = AutoTokenizer.from_pretrained(folder)("three of them", return_tensors="pt")
    with torch.no_grad():
        hidden = model.eval()(**{name: read[name] for name in ("input_ids", "attention_mask")}).last_hidden_state
    return pooled(hidden, read["attention_mask"], pooling_of(folder))[0]


def main() -> None:
    work, folder = Path(sys.argv[1]), Path(sys.argv[2])
    merge(work, folder)
    base = read_order(work).base_model
    plain = vector(AutoModel.from_pretrained(base), base)
    tuned = vector(PeftModel.from_pretrained(AutoModel.from_pretrained(base), work / "adapter"), base)
    one = vector(AutoModel.from_pretrained(folder), str(folder))
    print(json.dumps({"apart": float((one - tuned).abs().max()), "learned": float((one - plain).abs().max())}))


if __name__ == "__main__":
    main()
