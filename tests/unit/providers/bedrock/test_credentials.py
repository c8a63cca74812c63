"""AWS's default chain, as far as it goes without AWS: the environment, profiles, a process, a container's role."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from ratchet_common.errors import CannotStartError, RetryLaterError
from ratchet_providers.bedrock.credentials import BearerToken, DefaultChain, NamedKeys, Token
from ratchet_providers.bedrock.signing import Keys
from ratchet_providers.failing import ProviderError
from ratchet_providers.secrets import Secret


@pytest.fixture(autouse=True)
def no_other_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))


def test_keys_and_tokens_are_references_that_are_read_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = NamedKeys(Secret("env:ACCESS"), Secret("env:SECRET"))
    token = BearerToken(Secret("env:TOKEN"))
    for one in (keys, token):
        with pytest.raises(CannotStartError, match="The model haiku needs a key"):
            one.read_first("The model haiku")
    for name in ("ACCESS", "SECRET", "TOKEN"):
        monkeypatch.setenv(name, name.lower())
    keys.read_first("The model haiku")
    token.read_first("The model haiku")
    assert keys.current() == Keys("access", "secret", "")
    assert token.current() == Token("token")


async def test_the_environment_is_looked_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "t")
    chain = DefaultChain()
    await chain.load()
    assert chain.current() == Keys("AKID", "s", "t")


async def test_a_profile_can_be_named_and_a_refused_key_is_looked_up_anew(tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    file.write_text("[red]\naws_access_key_id=AKID1\naws_secret_access_key=s\n")
    chain = DefaultChain("red")
    await chain.load()
    file.write_text(file.read_text().replace("AKID1", "AKID2"))
    await chain.refresh()
    assert chain.current() == Keys("AKID1", "s")
    chain.forget()
    await chain.refresh()
    assert chain.current() == Keys("AKID2", "s")


async def test_lent_keys_are_renewed_ahead_of_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's role: its keys end in five minutes, so each look brings new ones."""
    given: list[str] = []

    async def lends(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "pod-token"
        given.append(f"ASIA{len(given)}")
        end = (datetime.now(UTC) + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return web.json_response({"AccessKeyId": given[-1], "SecretAccessKey": "s", "Token": "t", "Expiration": end})

    app = web.Application()
    app.router.add_get("/lent", lends)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"http://127.0.0.1:{runner.addresses[0][1]}/lent")
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "pod-token")
    try:
        chain = DefaultChain()
        await chain.load()
        first = chain.current()
        await chain.refresh()
        assert first.session_token == "t"
        assert chain.current().access_key != first.access_key
        assert chain.current().access_key == given[-1]
    finally:
        await runner.cleanup()


async def test_what_looks_for_keys_holds_nobody_up(tmp_path: Path) -> None:
    """A process gives them after a moment: the loop goes on meanwhile."""
    told = json.dumps({"Version": 1, "AccessKeyId": "AKID", "SecretAccessKey": "s"})
    script = tmp_path / "keys.py"
    script.write_text(f"import time\ntime.sleep(0.3)\nprint({told!r})\n")
    (tmp_path / "config").write_text(f"[default]\ncredential_process={sys.executable} {script}\n")
    chain = DefaultChain()
    loading = asyncio.create_task(chain.load())
    turns = 0
    while not loading.done():
        turns += 1
        await asyncio.sleep(0.01)
    await loading
    assert turns > 10
    assert chain.current() == Keys("AKID", "s")


async def test_nothing_found_is_said_at_the_start() -> None:
    with pytest.raises(CannotStartError, match="found nothing: set AWS_ACCESS_KEY_ID"):
        await DefaultChain().load()


async def test_a_profile_that_is_not_there_is_named() -> None:
    with pytest.raises(CannotStartError, match=r"\(profile blue\) failed \(ProfileNotFound\)"):
        await DefaultChain("blue").load()


async def test_a_failed_renewal_leaves_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    chain = DefaultChain()
    await chain.load()
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    chain.forget()
    with pytest.raises(RetryLaterError):
        await chain.refresh()
    assert chain.current() == Keys("AKID", "s")


async def test_a_key_that_would_break_a_head_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID\r\nX-Evil: 1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    with pytest.raises(CannotStartError, match="no header may hold") as failed:
        await DefaultChain().load()
    assert "Evil" not in str(failed.value)


def test_a_chain_that_was_never_loaded_has_no_keys() -> None:
    with pytest.raises(ProviderError):
        DefaultChain().current()


WITHOUT_BOTOCORE = """
import asyncio, sys
sys.modules["botocore"] = None  # as if it were not installed
import ratchet_providers.bedrock.provider
from ratchet_common.errors import CannotStartError
from ratchet_providers.bedrock.credentials import BearerToken, DefaultChain, NamedKeys, Token
try:
    asyncio.run(DefaultChain().load())
except CannotStartError as error:
    print(error)
"""


def test_without_botocore_a_sentence_says_how_to_install_it_and_all_else_goes() -> None:
    ran = subprocess.run([sys.executable, "-c", WITHOUT_BOTOCORE], capture_output=True, text=True, check=True)
    assert "pip install 'ratchet-providers[aws]'" in ran.stdout
