"""The store: SecantusDB, which speaks MongoDB's protocol over WiredTiger.

It is under the GPL, version 2 only: so it is run as a program of its own, and never imported.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from ratchet_cli.stack.ports import LOOPBACK, somebody_listens
from ratchet_common.errors import CannotStartError

PROGRAM = "secantusd-py"
OPLOG_ENTRIES = 500_000  # beyond them each write also removes one: half as many inserts a second


def store_program(beside: Path = Path(sys.executable)) -> str:
    """Looks beside the interpreter first: the environment need not be active."""
    found = shutil.which(PROGRAM, path=os.pathsep.join([str(beside.parent), os.environ.get("PATH", "")]))
    if found is None:
        raise CannotStartError(
            f"The store's program, {PROGRAM}, is missing: run `make install` again (pip install secantusdb)."
        )
    return found


def store_command(program: str, folder: Path, lasting: bool, port: int) -> list[str]:
    """`folder` holds the data; the configuration beside it keeps the user's own from being read.

    What is not to be `lasting` stays in memory, and never waits for the disk.
    """
    configuration = folder.with_name("store.toml")
    configuration.write_text("[storage]\n", encoding="utf-8")
    return [
        *(program, "--config", str(configuration), "--log-level", "WARNING"),
        *("--host", LOOPBACK, "--port", str(port), "--storage-path", str(folder) if lasting else ":memory:"),
        *("--sync-on-commit", "--oplog-max-entries", str(OPLOG_ENTRIES)),
    ]


def store_url(port: int) -> str:
    """Without the driver's second try: this store knows a write again only once it is done, and one under way is done
    twice. Whoever asked is told that it took too long, and what asks again here is made for it.
    """
    return f"mongodb://{LOOPBACK}:{port}/?retryWrites=false"


def store_answers(port: int) -> bool:
    if not somebody_listens(port):
        return False
    try:
        client: MongoClient[dict[str, Any]]
        with MongoClient(store_url(port), serverSelectionTimeoutMS=2000, socketTimeoutMS=5000) as client:
            client.admin.command("ping")
    except PyMongoError:
        return False
    return True
