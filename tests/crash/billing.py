"""A provider that keeps the books: every answer has a name, and what it would be billed at."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

from aiohttp import web

from ratchet_catalogue.prices import Prices
from ratchet_cli.stack.ports import free_ports
from ratchet_common.events import Usage

PRICES = Prices(Decimal("0.8"), Decimal("3.2"), Decimal("0.4"))
SLOWEST_S = 0.03


class Provider:
    """In OpenAI's shape. `answered` hears of every answer as it leaves: the provider is owed for it from then on."""

    def __init__(self, answered: Callable[[int], None], seed: int) -> None:
        self.bill: dict[str, Decimal] = {}
        self._answered, self._rng = answered, random.Random(seed)

    async def answer(self, _: web.Request) -> web.Response:
        await asyncio.sleep(self._rng.random() * SLOWEST_S)
        number = len(self.bill)
        name, usage = f"answer-{number}", Usage(input_tokens=100 + number % 50, output_tokens=9, cached_tokens=40)
        self.bill[name] = PRICES.of(usage)
        self._answered(number + 1)
        return web.json_response(_body(name, usage))


def _body(name: str, usage: Usage) -> dict[str, Any]:
    return {
        "id": name,
        "object": "chat.completion",
        "created": 1,
        "model": "billed",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": name}, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": usage.input_tokens,
            "completion_tokens": usage.output_tokens,
            "total_tokens": usage.input_tokens + usage.output_tokens,
            "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
        },
    }


@asynccontextmanager
async def serving(provider: Provider) -> AsyncIterator[str]:
    """The base URL."""
    app = web.Application()
    app.router.add_post("/v1/chat/completions", provider.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    (port,) = free_ports(1)
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        await runner.cleanup()
