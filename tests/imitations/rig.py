"""Imitations of the model providers, which others wrote: npm brings aimock once, Node runs it with our answers."""

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

from ratchet_cli.stack.child import spawn
from ratchet_cli.stack.ports import LOOPBACK, free_ports, somebody_listens
from ratchet_common.errors import CannotStartError

HERE: Final = Path(__file__).parent
FIXTURES: Final = HERE / "fixtures.json"
PINNED: Final = tuple(HERE / name for name in (".npmrc", "package.json", "package-lock.json"))
BUILD: Final = HERE.parents[1] / "build" / "imitations"
NPM_PATIENCE_S: Final = 180.0
PATIENCE_S: Final = 30.0
OLDEST_NODE: Final = 20
KEY: Final = "the-key-of-the-imitations"  # it answers 401 to any other


@contextmanager
def imitations(work_dir: Path) -> Iterator[str]:
    """Gives the base URL of a fresh aimock, which speaks for every provider; it dies with this process.

    To be entered in the main thread. Raises CannotStartError.
    """
    node = node_that_will_do()
    script = packages() / "@copilotkit" / "aimock" / "dist" / "aimock-cli.js"
    (port,) = free_ports(1)
    work_dir.mkdir(parents=True, exist_ok=True)
    config = work_dir / "aimock.json"
    config.write_text(json.dumps({"llm": {"fixtures": str(FIXTURES)}, "auth": {"apiKeys": [KEY]}, "strict": True}))
    command = [node, str(script), "--config", str(config), "--host", LOOPBACK, "--port", str(port)]
    aimock = spawn("imitation of the providers", port, command, log=work_dir / "aimock.log", folder=work_dir)
    try:
        aimock.wait_for_answer(somebody_listens, PATIENCE_S)
        yield f"http://{LOOPBACK}:{port}"
    finally:
        aimock.stop(patience_s=0)  # it keeps nothing


def node_that_will_do() -> str:
    node = program("node")
    said = finish([node, "--version"], folder=HERE, patience_s=PATIENCE_S)
    found = re.match(r"v(\d+)\.", said)
    if found is None or int(found[1]) < OLDEST_NODE:
        raise CannotStartError(
            f"The imitations of the providers need Node {OLDEST_NODE} or newer, and `{node}` is {said.strip()}: "
            "install a newer one, and put it first on the PATH."
        )
    return node


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise CannotStartError(
            f"The imitations of the providers need `{name}`, which is not on the PATH: install Node {OLDEST_NODE} or "
            "newer, with npm."
        )
    return found


def packages() -> Path:
    """The folder node_modules, filled at the first call for this package-lock.json."""
    folder = BUILD / hashlib.sha256(b"".join(file.read_bytes() for file in PINNED)).hexdigest()[:12]
    if folder.exists():
        return folder / "node_modules"
    npm = program("npm")
    fetched = BUILD / f"fetched-{uuid4().hex[:8]}"
    fetched.mkdir(parents=True)
    try:
        for file in PINNED:
            shutil.copy(file, fetched)
        finish([npm, "ci", "--ignore-scripts", "--no-fund", "--no-audit"], folder=fetched, patience_s=NPM_PATIENCE_S)
        if not folder.exists():  # nobody else was quicker
            fetched.rename(folder)
    finally:
        shutil.rmtree(fetched, ignore_errors=True)
    return folder / "node_modules"


def finish(command: list[str], *, folder: Path, patience_s: float) -> str:
    """What `command` printed. Raises CannotStartError with the end of it when it fails."""
    shown = " ".join([Path(command[0]).name, *command[1:]])
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=patience_s, check=False)
    except subprocess.TimeoutExpired as error:
        raise CannotStartError(f"`{shown}` was not done within {patience_s:g} s.") from error
    if done.returncode:
        said = (done.stdout + done.stderr).strip()[-600:]
        raise CannotStartError(f"`{shown}` ended with exit status {done.returncode}: {said}")
    return done.stdout


if __name__ == "__main__":  # before the workers of a test run, which would all fetch them
    packages()
