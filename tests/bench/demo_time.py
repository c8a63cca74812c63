"""How long a person waits: `make demo` on a fresh clone, the environment included, and the second time."""

import subprocess
import tempfile
import time
from pathlib import Path

from tests.bench.figure import Figure

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 900


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="ratchet-clone-") as folder:
        clone = Path(folder) / "ratchet"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True, timeout=60)  # noqa: S607
        first, second = _demo(clone), _demo(clone)
    return [
        Figure("make demo on a fresh clone", first, "s", "< 360", first < 360, None),
        Figure("make demo the second time", second, "s", "< 120", second < 120, None),
    ]


def _demo(clone: Path) -> float:
    started = time.monotonic()
    subprocess.run(["make", "demo"], cwd=clone, check=True, timeout=LIMIT_S, stdout=subprocess.DEVNULL)  # noqa: S607
    return time.monotonic() - started
