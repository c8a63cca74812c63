"""Run by the tuner's Python: `batch.py BASE WORK...` tunes in each folder, one after the other in one process, for the
libraries take long to load. Then it loads the adapter of `supervised` as a server would, and asks how likely the base
model and the tuned one find what was learned.

Prints JSON: `exits` by folder; `memory`, what is said when there is too little; `base` and `tuned`, the mean loss of a
token.
"""

import json
import sys
from pathlib import Path
from typing import Any

from ratchet_tuner.run import run


def loss(model: Any, tokenizer: Any, chats: list[list[dict[str, str]]]) -> float:
    import torch

    losses = []
    for chat in chats:
        ids = tokenizer.apply_chat_template(chat, return_tensors="pt", return_dict=False)
        asked = tokenizer.apply_chat_template(chat[:-1], add_generation_prompt=True, return_dict=False)
        labels = ids.clone()
        labels[:, : len(asked)] = -100
        with torch.no_grad():
            losses.append(model(input_ids=ids, labels=labels).loss.item())
    return float(sum(losses) / len(losses))


def asked(base: str, work: Path) -> dict[str, float]:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    chats = [json.loads(line)["messages"] for line in (work / "train.jsonl").read_text().splitlines()[:4]]
    tokenizer = AutoTokenizer.from_pretrained(work / "adapter")
    model = AutoModelForCausalLM.from_pretrained(base).eval()
    before = loss(model, tokenizer, chats)
    return {"base": before, "tuned": loss(PeftModel.from_pretrained(model, work / "adapter").eval(), tokenizer, chats)}


def too_much() -> str:
    import torch

    from ratchet_tuner.failing import CannotTuneError
    from ratchet_tuner.memory import memory_holds

    try:
        with memory_holds("cpu"):
            torch.empty(2**54)
    except CannotTuneError as error:
        return str(error)
    return ""


def main(base: str, works: list[Path]) -> None:
    exits = {work.name: run(work) for work in works}
    (supervised,) = (work for work in works if work.name == "supervised")
    print(json.dumps({"exits": exits, "memory": too_much(), **asked(base, supervised)}))


if __name__ == "__main__":
    main(sys.argv[1], [Path(work) for work in sys.argv[2:]])
