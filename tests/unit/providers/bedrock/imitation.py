"""A Bedrock of our own on a socket: it says what it is told to, and keeps what it was asked."""

import asyncio
import calendar
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import msgspec

from ratchet_providers.base import ModelRequest
from ratchet_providers.bedrock.credentials import Credentials, NamedKeys
from ratchet_providers.bedrock.provider import Bedrock
from ratchet_providers.bedrock.signing import Keys
from ratchet_providers.secrets import Secret
from ratchet_providers.wire import Wire
from tests.unit.providers.bedrock.aws import signed

MODEL = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
REGION = "eu-central-1"
KEYS = Keys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG", "IQoJ//token")


def secret(value: str) -> Secret:
    """One that has been read."""
    its = Secret("file:unread")
    its._value, its._looked = value, float("inf")
    return its


def named_keys(keys: Keys = KEYS) -> NamedKeys:
    return NamedKeys(*(secret(part) for part in keys))


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def model(self) -> str:
        return unquote(self.path.split("/")[2])

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    def is_signed_by(self, keys: Keys) -> bool:
        """As AWS finds out: it signs what came, and compares."""
        at = calendar.timegm(time.strptime(self.headers["x-amz-date"], "%Y%m%dT%H%M%SZ"))
        expected = signed(keys, f"http://{self.headers['host']}{self.path}", self.body, at, REGION)
        return self.headers["authorization"] == expected["authorization"] and abs(at - time.time()) < 60


@dataclass
class Met:
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    closed: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def bedrock(
    *bits: bytes | float, credentials: Credentials | None = None, path: str = "", **how: Any
) -> AsyncIterator[tuple[Bedrock, Met]]:
    """Says these bits to each request; a number is a pause in seconds; below 0 it hangs up."""
    met = Met()

    async def meets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        met.connections += 1
        try:
            while True:
                met.asked.append(await _asked(reader))
                for bit in bits:
                    if isinstance(bit, bytes):
                        writer.write(bit)
                        await writer.drain()
                    elif bit < 0:
                        return
                    else:
                        await asyncio.sleep(bit)
        except (ConnectionError, asyncio.IncompleteReadError):
            met.closed.set()
        finally:
            writer.close()

    listening = await asyncio.start_server(meets, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}{path}"
    async with listening, Wire() as wire:
        yield Bedrock(wire, REGION, credentials or named_keys(), base_url=url, **how), met


async def _asked(reader: asyncio.StreamReader) -> Asked:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Asked(first.split()[1], headers, await reader.readexactly(int(headers["content-length"])))


def asking(model: str = MODEL, **how: Any) -> ModelRequest:
    messages = [{"role": "user", "content": "When do we ship?"}]
    return ModelRequest(model=model, task_type="chat", messages=messages, document="", **how)
