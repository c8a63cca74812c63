"""Small orders, and the tuner's own Python to carry them out."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

PYTHON = os.environ.get("RATCHET_LORA_PYTHON", "")
LIMIT_S = 1200  # the libraries alone take 12 s to load, on a machine that does nothing else
INSIDE = Path(__file__).parent / "inside"
QUIET = {
    "CUDA_VISIBLE_DEVICES": "",
    "OMP_NUM_THREADS": "1",
    "TQDM_DISABLE": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_VERBOSITY": "error",
}


def python() -> str:
    if not PYTHON:
        pytest.fail("RATCHET_LORA_PYTHON names no Python that has the tuner's extra: run make test-lora.")
    return PYTHON


def inside(script: str, *arguments: object) -> str:
    command = [python(), str(INSIDE / script), *map(str, arguments)]
    environment = os.environ | QUIET
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def chat(number: int) -> dict[str, Any]:
    turns = [("system", "Answer."), ("user", f"Say {number}."), ("assistant", f"number {number}")]
    return {"messages": [{"role": role, "content": content} for role, content in turns]}


def preference(number: int) -> dict[str, Any]:
    *asked, wanted = chat(number)["messages"]
    return {
        "input": {"messages": asked},
        "preferred_output": [wanted],
        "non_preferred_output": [{"role": "assistant", "content": "No."}],
    }


def related(number: int) -> dict[str, str]:
    return {"anchor": f"{number % 4} of them", "positive": ["nought", "one", "two", "three"][number % 4]}


ROWS = {"supervised": chat, "dpo": preference, "embeddings": related}
SMALL = {"epochs": 4, "batch_size": 4, "at_once": 2, "rank": 4, "alpha": 8, "learning_rate": 0.02, "max_tokens": 200}


def lay_out(work: Path, base: Path, *, examples: int = 16, **changes: Any) -> Path:
    """A work folder as the platform would lay it out."""
    work.mkdir()
    order = {"base_model": str(base), "method": "supervised", "device": "cpu"} | SMALL | changes
    (work / "order.json").write_text(json.dumps(order))
    row = ROWS[order["method"]]
    for name, numbers in (("train", range(examples)), ("validation", range(examples, examples + 4))):
        (work / f"{name}.jsonl").write_text("".join(json.dumps(row(number)) + "\n" for number in numbers))
    return work


def started(work: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([python(), "-m", "ratchet_tuner", "--work", str(work)], env=os.environ | QUIET)
