"""The provider's bill against our records, while the router is killed with SIGKILL just as answers come in."""

import asyncio
import random
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import aiohttp
import msgspec
from aiokafka import AIOKafkaConsumer

from ratchet_cli.stack.ports import free_ports
from ratchet_cli.stack.start import Stack
from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_common.events import PredictionMade
from ratchet_common.topics import PREDICTIONS
from tests.crash.billing import PRICES, Provider, serving
from tests.crash.processes import Victim, moments
from tests.patience import PATIENCE_S, SHORT_SESSION_MS

SIDE_BY_SIDE = 16
LONGEST_LEAD_S = 0.004  # from a provider's answer to the kill: about what the router needs to record it
TRIES, PAUSE_S = 1_200, 0.1
QUIET_S = 5.0
CATALOGUE = """
[providers.bookkeeper]
kind = "openai_shaped"
base_url = "{url}"

[[models]]
name = "billed"
provider = "bookkeeper"
tier = "fast"
context_window = 100_000
latency_ms = 20
prices = {{ input = {prices.input}, output = {prices.output}, cached = {prices.cached} }}
quality = {{ default = 0.6 }}
"""


@dataclass
class Reconciled:
    """`in_flight`: of requests, at all kills together; no more of them can be missing from the records."""

    bill: Mapping[str, Decimal]
    recorded: Mapping[str, Decimal]
    acknowledged: set[str]
    in_flight: int
    kills: int

    @property
    def missing(self) -> set[str]:
        return self.bill.keys() - self.recorded.keys()

    @property
    def missing_usd(self) -> Decimal:
        return sum((self.bill[name] for name in self.missing), Decimal(0))

    def __str__(self) -> str:
        return (
            f"{self.kills} kills: the provider bills {len(self.bill)} answers, {sum(self.bill.values())} USD; "
            f"recorded are {len(self.recorded)}, {sum(self.recorded.values())} USD; missing {len(self.missing)}, "
            f"{self.missing_usd} USD, of {self.in_flight} requests that were in flight at the kills"
        )


@dataclass
class Clients:
    """They ask until they are answered. `in_flight`: sent, and neither answered nor broken off."""

    url: str
    token: str
    in_flight: int = 0
    acknowledged: set[str] = field(default_factory=set)

    async def ask(self, requests: int) -> None:
        numbers = iter(range(requests))
        headers = {"Authorization": f"Bearer {self.token}"}
        timeout = aiohttp.ClientTimeout(total=30)
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as http, asyncio.TaskGroup() as group:
            for _ in range(SIDE_BY_SIDE):
                group.create_task(self._one_after_another(http, numbers))

    async def _one_after_another(self, http: aiohttp.ClientSession, numbers: Iterator[int]) -> None:
        for number in numbers:
            for _ in range(TRIES):
                if await self._asked(http, number):
                    break
                await asyncio.sleep(PAUSE_S)
            else:
                raise AssertionError(f"Request {number} was not answered in {TRIES} tries")

    async def _asked(self, http: aiohttp.ClientSession, number: int) -> bool:
        said = [{"role": "user", "content": f"Question {number}?"}]
        body = {"model": "billed", "messages": said, "ratchet": {"cache": "off"}}
        self.in_flight += 1
        try:
            async with http.post(f"{self.url}/v1/chat/completions", json=body) as response:
                answer = await response.json(content_type=None)
                if response.status == 200:
                    self.acknowledged.add(answer["choices"][0]["message"]["content"])
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False
        finally:
            self.in_flight -= 1


async def reconcile(stack: Stack, folder: Path, *, requests: int, kills: int, seed: int) -> Reconciled:
    """Kills the router `kills` times, each a few milliseconds after an answer of the provider."""
    (port,) = free_ports(1)
    due, rng, in_flight = moments(kills, requests, seed), random.Random(seed), 0
    token, row = new_token("crash-test", frozenset(Scope))
    write_tokens(folder / "tokens.json", [row])

    def kill() -> None:
        nonlocal in_flight
        in_flight += clients.in_flight
        router.kill_and_start_again()

    def kill_when_due(answers: int) -> None:
        if due and due[0] <= answers:
            due.pop(0)
            asyncio.get_running_loop().call_later(rng.random() * LONGEST_LEAD_S, kill)

    provider = Provider(kill_when_due, seed)
    async with serving(provider) as url:
        (folder / "catalogue.toml").write_text(CATALOGUE.format(url=url, prices=PRICES))
        router = _router(stack, folder, port)
        clients = Clients(router.url, token)
        try:
            router.start()
            await asyncio.to_thread(router.wait_until_ready)
            await clients.ask(requests)
            await asyncio.to_thread(router.wait_until_ready)
            recorded = await _recorded(stack, clients.acknowledged)
        finally:
            await asyncio.to_thread(router.stop)
    return Reconciled(provider.bill, recorded, clients.acknowledged, in_flight, router.kills)


def _router(stack: Stack, folder: Path, port: int) -> Victim:
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": stack.kafka_bootstrap_servers,
        "KAFKA_IDEMPOTENCE": "false",
        "KAFKA_SESSION_TIMEOUT_MS": str(SHORT_SESSION_MS),
        "BUS_FORGETS": "true",
        "MONGODB_URL": stack.mongodb_url,
        "TOKENS_FILE": str(folder / "tokens.json"),
        "ROUTER_CATALOGUE": str(folder / "catalogue.toml"),
        "PORT": str(port),
        "LOG_LEVEL": "WARNING",
    }
    return Victim("router", [sys.executable, "-m", "ratchet_router"], port, environment, folder / "router.log")


async def _recorded(stack: Stack, acknowledged: set[str]) -> dict[str, Decimal]:
    """The cost of each answer in the events, until all that was acknowledged is there and nothing more comes."""
    found: dict[str, Decimal] = {}
    consumer = AIOKafkaConsumer(
        PREDICTIONS.name, bootstrap_servers=stack.kafka_bootstrap_servers, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                portion = await consumer.getmany(timeout_ms=int(QUIET_S * 1000))
                events = [msgspec.json.decode(r.value, type=PredictionMade) for rs in portion.values() for r in rs]
                found |= {event.output: event.cost_usd for event in events if event.output}
                if not portion and acknowledged <= found.keys():
                    return found
    finally:
        await consumer.stop()
