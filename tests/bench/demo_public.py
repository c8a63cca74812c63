"""The demo on real texts: does the loop close there, and what does it gain?"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.bench.figure import Figure

DATA = Path(os.environ.get("RATCHET_DATA", "../shared/data"))
FOLDERS = ("email_intent", "meetings")
LIMIT_S = 1_800


def run() -> list[Figure]:
    return [figure for folder in FOLDERS for figure in _figures(folder, _demo(DATA / folder))]


def _demo(folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "ratchet_cli", "demo", "--json", "--data", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    if not done.stdout:
        raise RuntimeError(f"The demo on {folder} gave no result: {done.stderr[-1500:]}")
    outcome: dict[str, Any] = json.loads(done.stdout)
    return outcome


def _figures(folder: str, outcome: dict[str, Any]) -> list[Figure]:
    before, after = outcome["before"]["accuracy"], outcome["after"]["accuracy"]
    closed = bool(outcome["closed"])
    beside = f"before {before:.3f}, commonest label {outcome['commonest'] or float('nan'):.3f}; {outcome['why']}"
    return [
        Figure(f"demo on {folder}: the loop closed", float(closed), "", "1", closed, f"{outcome['seconds']:.0f} s"),
        Figure(f"demo on {folder}: score of held-out answers after", after, "", "> before", after > before, beside),
    ]
