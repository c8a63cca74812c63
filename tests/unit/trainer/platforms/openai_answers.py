"""A platform openai whose every answer is given by the test: for those that are broken, or odd."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.openai.composing import client_of
from ratchet_trainer.platforms.openai.patience import Patience
from ratchet_trainer.platforms.openai.platform import OpenAIPlatform
from ratchet_trainer.platforms.openai.settings import OpenAISettings
from ratchet_trainer.platforms.platform import Order, TrainingFile

Answer = Callable[[httpx2.Request], httpx2.Response]
QUICK: Final = Patience(call_s=5, processing_s=0.05, look_every_s=0.01)
RUN: Final = "ftjob-1"
KEY: Final = "sk-nobody-may-see-this"


@dataclass(frozen=True, slots=True)
class At:
    platform: OpenAIPlatform
    order: Order
    file: TrainingFile


Step = Callable[[At], Awaitable[object]]
STEPS: Final[Mapping[str, Step]] = {
    "upload": lambda at: at.platform.upload(at.order, at.file),
    "find": lambda at: at.platform.find(at.order),
    "create": lambda at: at.platform.create(at.order, {Side.TRAIN: "file-1"}),
    "status": lambda at: at.platform.status(RUN),
    "events": lambda at: at.platform.events(RUN),
    "cancel": lambda at: at.platform.cancel(RUN),
    "result": lambda at: at.platform.result(RUN),
    "metrics": lambda at: at.platform.metrics(RUN),
    "discard": lambda at: at.platform.discard(at.order, {Side.TRAIN: "file-1"}),
}


def settings_in(folder: Path) -> OpenAISettings:
    (folder / "key").write_text(KEY)
    return OpenAISettings(openai_base_url="http://platform.invalid/v1", openai_key=f"file:{folder / 'key'}")


@asynccontextmanager
async def answering(answer: Answer, settings: OpenAISettings) -> AsyncIterator[OpenAIPlatform]:
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as http:
        yield OpenAIPlatform(lambda: client_of(settings).with_options(http_client=http), QUICK)


def always(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, content=body, headers=headers)

    return answer


def says(status: int, message: str) -> Answer:
    return always(status, json.dumps({"error": {"message": message}}).encode())


def job(status: str, **more: Any) -> dict[str, Any]:
    return {"id": RUN, "status": status, "created_at": 1_700_000_000, **more}


def by_path(answers: Mapping[str, Any]) -> Answer:
    """JSON, bytes or a status by `METHOD /path`; 404 for the rest."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        found = answers.get(f"{request.method} {request.url.path.removeprefix('/v1')}", 404)
        if isinstance(found, int):
            return httpx2.Response(found, json={"error": {"message": f"It is a {found}."}})
        return httpx2.Response(200, content=found) if isinstance(found, bytes) else httpx2.Response(200, json=found)

    return answer
