"""A run that is killed, and one that is told to stop, go on from the last checkpoint and end as if nothing had been."""

import signal
import subprocess
import time
from pathlib import Path

import pytest

from ratchet_tuner.status import State, read_events, read_metrics, read_status
from tests.lora.orders import LIMIT_S, lay_out, started

pytestmark = [pytest.mark.lora, pytest.mark.slow, pytest.mark.timeout(LIMIT_S)]


def after_a_checkpoint(process: subprocess.Popen[bytes], work: Path, number: int) -> None:
    """Returns in the middle of what follows the checkpoint."""
    while sum(event.message.startswith("Checkpoint") for event in read_events(work)) < number:
        assert process.poll() is None, "it ended before anybody stopped it"
        time.sleep(0.01)


def test_a_killed_run_ends_with_the_same_losses(models: Path, tmp_path: Path) -> None:
    whole, broken = (lay_out(tmp_path / name, models / "chat", epochs=30) for name in ("whole", "broken"))
    assert started(whole).wait() == 0

    first = started(broken)
    after_a_checkpoint(first, broken, 2)
    first.send_signal(signal.SIGKILL)
    assert first.wait() == -signal.SIGKILL
    left = read_status(broken)
    assert left is not None
    assert left.state is State.RUNNING

    second = started(broken)
    after_a_checkpoint(second, broken, 5)
    second.send_signal(signal.SIGTERM)
    assert second.wait() == 143
    stopped = read_status(broken)
    assert stopped is not None
    assert (stopped.state, stopped.reason) == (State.CANCELLED, "It was told to stop.")

    assert started(broken).wait() == 0
    assert sum(event.message.startswith("Goes on from") for event in read_events(broken)) == 2
    wanted, found = read_metrics(whole), read_metrics(broken)
    assert [row.step for row in found] == [row.step for row in wanted]
    for one, other in zip(found, wanted, strict=True):
        assert one.values == pytest.approx(other.values, rel=1e-4, abs=1e-6)
    ends = [read_status(work) for work in (whole, broken)]
    assert len({end.adapter_sha256 for end in ends if end}) == 1
