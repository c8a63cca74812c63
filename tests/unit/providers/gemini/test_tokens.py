"""Tokens from a service account's key, against a server that checks what it is asked."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import jwt

from ratchet_common.errors import CannotStartError
from ratchet_providers.base import ProviderError
from ratchet_providers.gemini.accounts import AccountError, account_named
from ratchet_providers.gemini.tokens import GoogleTokens

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
GOOGLES = "https://oauth2.googleapis.com/token"  # whom a key's holder speaks to, wherever the server is


@dataclass
class TokenServer:
    """Gives token-1, token-2 and so on, good for `life_s`."""

    life_s: int = 3600
    status: int = 200
    pause_s: float = 0.0
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def answers(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        self.asked.append(dict(jwt.decode(str(form["assertion"]), certs=PUBLIC, audience=GOOGLES)))
        await asyncio.sleep(self.pause_s)
        if self.status != 200:
            return web.json_response({"error": "invalid_grant", "error_description": "hunter2"}, status=self.status)
        token = {"access_token": f"token-{len(self.asked)}", "expires_in": self.life_s, "token_type": "Bearer"}
        return web.json_response(token)


@asynccontextmanager
async def server(**how: Any) -> AsyncIterator[TokenServer]:
    its = TokenServer(**how)
    app = web.Application()
    app.router.add_post("/token", its.answers)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    its.url = f"http://127.0.0.1:{runner.addresses[0][1]}/token"
    try:
        yield its
    finally:
        await runner.cleanup()


def account(path: Path, url: str, email: str = "a@acme.iam", **how: Any) -> GoogleTokens:
    key = {"type": "service_account", "client_email": email, "private_key": PEM, "token_uri": url}
    path.write_text(json.dumps(key))
    return GoogleTokens(account_named(f"file:{path}"), **how)


async def test_one_token_serves_many(tmp_path: Path) -> None:
    async with server(pause_s=0.05) as its:
        tokens = account(tmp_path / "key.json", its.url)
        assert set(await asyncio.gather(*(tokens.current() for _ in range(20)))) == {"token-1"}
        assert await tokens.current() == "token-1"
    (asked,) = its.asked
    assert asked["iss"] == "a@acme.iam"
    assert asked["scope"] == "https://www.googleapis.com/auth/cloud-platform"


async def test_it_is_renewed_ahead_of_its_end_while_the_old_one_serves(tmp_path: Path) -> None:
    async with server(life_s=2, pause_s=0.3) as its:
        tokens = account(tmp_path / "key.json", its.url)
        assert await tokens.current() == "token-1"
        await asyncio.sleep(1.1)  # past half of its life
        async with asyncio.timeout(0.1):
            assert await tokens.current() == "token-1"
        await asyncio.sleep(0.5)
        async with asyncio.timeout(0.1):
            assert await tokens.current() == "token-2"


async def test_a_server_that_gives_none_is_not_hammered(tmp_path: Path) -> None:
    async with server(status=400) as its:
        tokens = account(tmp_path / "key.json", its.url)
        for _ in range(5):
            with pytest.raises(ProviderError) as failed:
                await tokens.current()
            assert failed.value.kind == "unauthorized"
            assert "hunter2" not in str(failed.value)
    assert len(its.asked) == 1


async def test_a_server_that_is_away_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(ProviderError) as failed:
        await account(tmp_path / "key.json", "http://127.0.0.1:9/token").current()
    assert failed.value.kind == "unreachable"


async def test_a_failure_while_the_old_one_is_good_is_nobodys_matter(tmp_path: Path) -> None:
    async with server(life_s=2) as its:
        tokens = account(tmp_path / "key.json", its.url)
        await tokens.current()
        its.status = 400
        await asyncio.sleep(1.1)
        for _ in range(3):
            assert await tokens.current() == "token-1"
            await asyncio.sleep(0.1)
    assert len(its.asked) == 2


async def test_a_key_that_was_changed_is_heard_once_the_old_token_is_refused(tmp_path: Path) -> None:
    async with server() as its:
        tokens = account(tmp_path / "key.json", its.url, young_s=0.0)
        await tokens.current()
        account(tmp_path / "key.json", its.url, "b@acme.iam")
        tokens.refused()
        assert await tokens.current() == "token-2"
    assert [asked["iss"] for asked in its.asked] == ["a@acme.iam", "b@acme.iam"]


async def test_a_token_that_is_refused_while_it_is_young_is_not_asked_for_anew(tmp_path: Path) -> None:
    async with server() as its:
        tokens = account(tmp_path / "key.json", its.url)
        for _ in range(3):
            assert await tokens.current() == "token-1"
            tokens.refused()
    assert len(its.asked) == 1


async def test_who_hangs_up_while_a_token_comes_takes_it_from_nobody(tmp_path: Path) -> None:
    async with server(pause_s=0.1) as its:
        tokens = account(tmp_path / "key.json", its.url)
        first, second = asyncio.create_task(tokens.current()), asyncio.create_task(tokens.current())
        await asyncio.sleep(0.05)
        first.cancel()
        assert await second == "token-1"


@pytest.mark.parametrize("content", [None, "", "{}", "no JSON", '{"type": "service_account", "private_key": "x"}'])
def test_a_key_that_is_none_stops_the_start(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "key.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CannotStartError, match=r"The model g needs an account of Google's: the file .*key\.json"):
        GoogleTokens(account_named(f"file:{path}")).check("The model g")


def test_what_is_no_reference_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AccountError, match="is no reference"):
        account_named("vault:x")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")
    with pytest.raises(AccountError, match="no credentials of Google's are found"):
        account_named("")()


def test_a_key_may_stand_in_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    key = {"type": "service_account", "client_email": "a@b", "private_key": PEM, "token_uri": "http://x/token"}
    monkeypatch.setenv("GOOGLE_KEY", json.dumps(key))
    GoogleTokens(account_named("env:GOOGLE_KEY")).check("The model g")
