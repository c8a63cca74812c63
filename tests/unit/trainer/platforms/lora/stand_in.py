"""A tuner that learns nothing: a real process, in a real work folder, that is there in no time.

How it behaves is its base model's name: quick, slow, stubborn (it hears no SIGTERM), dying (it ends without a word,
but on stderr), failing.
"""

import os
import signal
import sys
import time
from pathlib import Path

from ratchet_tuner.digest import folder_sha256
from ratchet_tuner.failing import StoppedError
from ratchet_tuner.order import read_order
from ratchet_tuner.report import Report
from ratchet_tuner.sole import alone_in
from ratchet_tuner.status import State
from ratchet_tuner.stopping import Stop

STEPS = {"quick": 3, "slow": 100_000, "stubborn": 100_000, "dying": 1}


def tune(work: Path, kind: str, report: Report) -> None:
    steps = STEPS[kind]
    for step in range(1, steps + 1):
        time.sleep(0.02)
        report.measured(step, step / steps, {"train_loss": 1 / step})
        report.write(state=State.RUNNING, step=step, steps=steps, progress=step / steps)
    if kind == "dying":
        sys.stderr.write("A pipe burst.\n")
        sys.stderr.flush()
        os._exit(1)
    (work / "adapter").mkdir()
    (work / "adapter" / "adapter_model.safetensors").write_bytes(b"weights")
    (work / "adapter" / "card.json").write_text("{}")
    report.say("The adapter is written.")
    report.write(state=State.SUCCEEDED, progress=1.0, adapter_sha256=folder_sha256(work / "adapter"))


def main(work: Path) -> int:
    with alone_in(work):
        kind, stop, report = Path(read_order(work).base_model).name, Stop(), Report(work)
        stop.listen()
        if kind == "stubborn":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        report.say(f"A process begins to be {kind}.")
        try:
            if kind == "failing":
                report.write(state=State.FAILED, reason="The GPU's memory does not hold it.")
                return 3
            tune(work, kind, report)
        except StoppedError:
            report.write(state=State.CANCELLED, reason="It was told to stop.")
            return 143
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[2])))
