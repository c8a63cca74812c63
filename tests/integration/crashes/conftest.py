import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from ratchet_common import mongo
from tests.integration.conftest import Ground

OPEN = Path("/proc/self/fd")


@pytest.fixture
async def database(stack: Ground) -> AsyncIterator[mongo.Database]:
    """What crashes took with them keeps its connection, and the store has room for a thousand: so each test cuts its
    own when it is over."""
    port = urlsplit(stack.mongodb_url).port
    others = {name for name, _ in _connections_to(port)}
    client = mongo.connect(stack.mongodb_url)
    its = mongo.database(client, f"crashes-{uuid4().hex[:8]}")
    yield its
    await client.drop_database(its.name)
    await client.close()
    for name, connection in _connections_to(port):
        if name not in others:
            connection.shutdown(socket.SHUT_RDWR)


def _connections_to(port: int | None) -> Iterator[tuple[str, socket.socket]]:
    """This process's, each by the name that the system has for it; none where the system does not tell."""
    for one in list(OPEN.iterdir()) if OPEN.exists() else ():
        try:
            name = str(one.readlink())
            copy = socket.socket(fileno=os.dup(int(one.name))) if name.startswith("socket:") else None
        except OSError:  # it was closed meanwhile, or is no socket that Python knows
            continue
        if copy is None:
            continue
        with copy:
            try:
                peer = copy.getpeername()
            except OSError:  # it listens, or nobody is there any more
                continue
            if isinstance(peer, tuple) and peer[1] == port:
                yield name, copy
