"""The baseline: a bare FastAPI route that hands the body on with aiohttp. `python passthrough.py PORT UPSTREAM_URL`."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import uvicorn
from fastapi import FastAPI, Request, Response

UPSTREAM = sys.argv[2] if len(sys.argv) > 2 else ""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=256)) as http:
        app.state.http = http
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/v1/chat/completions")
async def hand_on(request: Request) -> Response:
    body = await request.body()
    headers = {"Content-Type": "application/json"}
    async with request.app.state.http.post(f"{UPSTREAM}/chat/completions", data=body, headers=headers) as answer:
        return Response(await answer.read(), answer.status, media_type="application/json")


@app.get("/readyz")
async def ready() -> dict[str, str]:
    return {"status": "ok"}


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), access_log=False, log_level="warning")
