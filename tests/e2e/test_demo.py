"""The end-to-end test is the demo: the product as a process of its own, users over HTTP, the loop turning once."""

import json
import signal
import subprocess
import sys
from typing import Any

import psutil
import pytest

LIMIT_S = 600


def demo(*arguments: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "ratchet_cli", "demo", "--json", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.stdout, done.stderr[-3000:]
    return done.returncode, json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.timeout(2 * LIMIT_S)  # where others load the machine
def test_the_loop_turns_once() -> None:
    status, outcome = demo()
    assert (status, outcome["closed"]) == (0, True), outcome
    assert outcome["after"]["accuracy"] > outcome["before"]["accuracy"]
    assert outcome["after"]["accuracy"] > outcome["commonest"]
    assert outcome["after"]["cost_usd_per_1000"] < outcome["before"]["cost_usd_per_1000"]
    for topic in ("predictions", "feedback", "retrain-triggers", "traffic", "verdicts"):
        assert outcome["events"][topic] > 0
    way = " / ".join(outcome["way"])
    for step in ("10 %", "50 %", "100 %"):
        assert f"{outcome['version']} {step}" in way


@pytest.mark.slow
@pytest.mark.timeout(2 * LIMIT_S)
def test_noise_is_not_promoted() -> None:
    status, outcome = demo("--shuffle-labels")
    assert (status, outcome["closed"]) == (0, False), outcome
    assert outcome["state"] in ("rejected", "rolled_back")


@pytest.mark.slow
@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_demo_that_is_stopped_leaves_no_process_behind(wish: signal.Signals) -> None:
    demo = subprocess.Popen([sys.executable, "-m", "ratchet_cli", "demo"], stdout=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    while "held-out" not in demo.stdout.readline():
        assert demo.poll() is None
    everyone = psutil.Process(demo.pid).children(recursive=True)
    assert len(everyone) >= 3  # the product, its broker, its store
    demo.send_signal(wish)
    demo.communicate(timeout=60)
    _, alive = psutil.wait_procs(everyone, timeout=30)
    assert not alive
