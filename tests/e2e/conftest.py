"""The whole product, as `ratchet up` starts it."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ratchet_cli.stack.ports import free_ports
from tests.crash.processes import Victim
from tests.patience import SHORT_SESSION_MS
from tests.places import store_folder


@dataclass(frozen=True, slots=True)
class Product:
    url: str
    token: str
    data_dir: Path
    process: Victim


@pytest.fixture
def place() -> Iterator[Path]:
    """For what a test starts by itself."""
    with store_folder() as folder:
        yield folder


@pytest.fixture(scope="module")  # it keeps a third of a core busy, which the suites after it can use
def product() -> Iterator[Product]:
    with store_folder() as folder:
        (port,) = free_ports(1)
        command = [sys.executable, "-m", "ratchet_cli", "up", "--port", str(port), "--data-dir", str(folder / "data")]
        its = {"LOG_LEVEL": "WARNING", "KAFKA_SESSION_TIMEOUT_MS": str(SHORT_SESSION_MS)}
        process = Victim("whole", command, port, its, folder / "up.log")
        process.start()
        try:
            process.wait_until_ready()
            token = (folder / "data" / "token").read_text().strip()
            yield Product(process.url, token, folder / "data", process)
        finally:
            process.stop()
