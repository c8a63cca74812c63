"""A hundred callers at once, over real sockets, at a provider that is down."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from ratchet_router.breaker import IN_A_ROW
from ratchet_router.main import build
from ratchet_router.settings import RouterSettings
from ratchet_router.vanguard import AT_ONCE
from tests.integration.conftest import SettingsFor, Tenant, running_app
from tests.integration.router_process import catalogue
from tests.integration.upstream import failing, saying, upstream

CALLERS = 100
PROBES = 10  # one a second at most


@pytest.mark.parametrize("status", [500, 503])
async def test_few_of_them_reach_it_and_all_are_told(
    settings_for: SettingsFor, tenant: Tenant, tmp_path: Path, status: int
) -> None:
    async with upstream() as up:
        (tmp_path / "catalogue.toml").write_text(catalogue(up.url, "only", "other"))
        settings = settings_for(RouterSettings, catalogue=tmp_path / "catalogue.toml", head_start_ms=30_000)
        assert isinstance(settings, RouterSettings)
        up.will("only", failing(status))
        async with running_app(build(settings), tenant) as app:

            async def ask(model: str) -> int:
                messages = [{"role": "user", "content": uuid4().hex}]
                return (await app.post("/v1/chat/completions", {"model": model, "messages": messages}))[0]

            said = await asyncio.gather(*(ask("only") for _ in range(CALLERS)))
            assert set(said) == {503}
            assert up.calls["only"] <= AT_ONCE + IN_A_ROW + PROBES
            up.will("only", saying("Well again."))
            up.will("other", saying("Yes."))
            assert set(await asyncio.gather(*(ask("auto") for _ in range(CALLERS)))) == {200}
