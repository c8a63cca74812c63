"""SIGHUP under load: what is served changes, and no request notices."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ratchet_common.auth import Scope, new_token, write_tokens
from tests.integration.conftest import Ground
from tests.integration.router_process import Process, catalogue, router_process, slowly
from tests.integration.router_site import until
from tests.integration.upstream import saying, upstream

pytestmark = pytest.mark.asyncio
TEXT = "The steering group meets on Monday to decide"


@asynccontextmanager
async def load(router: Process) -> AsyncIterator[list[tuple[int, str]]]:
    """Whole requests and streams, side by side, for as long as it is open; gives what they came to."""
    ended: list[tuple[int, str]] = []
    over = asyncio.Event()

    async def asks(model: str, *, stream: bool) -> None:
        while not over.is_set():
            ended.append(await router.chat(model, stream=stream))

    tasks = [asyncio.create_task(asks("whole", stream=False)) for _ in range(3)]
    tasks += [asyncio.create_task(asks("slow", stream=True)) for _ in range(5)]
    try:
        yield ended
    finally:
        over.set()
        await asyncio.gather(*tasks)


async def shows(router: Process, *models: str) -> None:
    async def look() -> bool:
        return await router.models() == list(models)

    await until(look)


async def test_no_request_fails_while_the_catalogue_changes_under_it(stack: Ground, tmp_path: Path) -> None:
    async with upstream() as up, router_process(stack, tmp_path, catalogue(up.url, "whole", "slow")) as router:
        up.does["whole"], up.does["slow"] = [saying(TEXT)], [slowly(TEXT, 0.05)]
        async with load(router) as ended:
            for number in range(4):
                router.catalogue.write_text(catalogue(up.url, "whole", "slow", f"new-{number}"))
                router.signal(signal.SIGHUP)
                await shows(router, "whole", "slow", f"new-{number}")
                status, _ = await router.chat(f"new-{number}")
                assert status == 200
        assert len(ended) > 20
        assert {status for status, _ in ended} == {200}
        streams = [said for _, said in ended if said.startswith("data:")]
        assert all(said.rstrip().endswith("data: [DONE]") for said in streams)
        assert router.log().count("read anew") == 4


async def test_a_stream_ends_with_the_model_that_the_new_catalogue_no_longer_has(stack: Ground, tmp_path: Path) -> None:
    async with upstream() as up, router_process(stack, tmp_path, catalogue(up.url, "whole", "slow")) as router:
        up.does["slow"] = [slowly(TEXT, 0.3)]
        under_way = asyncio.create_task(router.chat("slow", stream=True))

        async def asked() -> bool:
            return bool(up.asked)

        await until(asked)
        router.catalogue.write_text(catalogue(up.url, "whole"))
        router.signal(signal.SIGHUP)
        await shows(router, "whole")
        assert not under_way.done()
        status, said = await under_way
        assert (status, said.rstrip().endswith("data: [DONE]")) == (200, True)
        status, _ = await router.chat("slow")
        assert status == 404


async def test_a_broken_file_changes_nothing_and_is_named_in_the_log(stack: Ground, tmp_path: Path) -> None:
    async with upstream() as up, router_process(stack, tmp_path, catalogue(up.url, "whole")) as router:
        (tmp_path / "tokens.json").write_text("[]")  # right in itself, and not taken in alone
        router.catalogue.write_text(catalogue(up.url, "whole", "new").replace('"up"', '"nobody"'))
        router.signal(signal.SIGHUP)

        async def told() -> bool:
            return "names the provider nobody" in router.log()

        await until(told)
        assert "all stays as it was" in router.log()
        assert await router.models() == ["whole"]
        assert (await router.chat("whole"))[0] == 200


async def test_tokens_are_read_anew(stack: Ground, tmp_path: Path) -> None:
    async with upstream() as up, router_process(stack, tmp_path, catalogue(up.url, "whole")) as router:
        token, row = new_token("other", frozenset(Scope))
        write_tokens(tmp_path / "tokens.json", [row])
        router.signal(signal.SIGHUP)

        async def old_is_unknown() -> bool:
            async with router.client.get("/v1/models") as answer:
                return answer.status == 401

        await until(old_is_unknown)
        async with router.client.get("/v1/models", headers={"Authorization": f"Bearer {token}"}) as answer:
            assert json.loads(await answer.text())["data"]
