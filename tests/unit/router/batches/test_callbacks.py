"""Callbacks: what is sent where, and when again."""

import hashlib
import hmac
from pathlib import Path

import pytest

from ratchet_common.pauses import LONGEST_PAUSE_S, TRIES, pause_s
from ratchet_providers.secrets import Secret
from ratchet_providers.webhooks import UnfitUrlError, Webhooks, signature
from ratchet_providers.wire import Wire
from ratchet_router.batches.callbacks import Callbacks
from ratchet_router.batches.refusals import InvalidBatchError


def callbacks(tmp_path: Path) -> Callbacks:
    (tmp_path / "secret").write_text("s")
    return Callbacks(Webhooks(Wire(), private=False), Secret(f"file:{tmp_path / 'secret'}"))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x",
        "http://[::1]/x",
        "http://[::ffff:127.0.0.1]/x",
        "http://[::127.0.0.1]/x",
        "http://[64:ff9b::a01:203]/x",
        "http://[2002:a01:203::]/x",
        "http://224.0.0.1/x",
        "http://10.1.2.3/x",
        "http://169.254.169.254/latest/meta-data",
        "http://192.168.0.1/x",
        "http://0.0.0.0/x",
        "http://2130706433/x",
        "http://localhost/x",
        "file:///etc/passwd",
        "gopher://example.com/",
        "http://user:word@192.0.2.1/x",
        "http://8.8.8.8/" + "x" * 2_000,
        "http:///x",
        "http://8.8.8.8:99999/",
        "",
    ],
)
async def test_nothing_is_sent_inside_or_by_other_protocols(tmp_path: Path, url: str) -> None:
    with pytest.raises(UnfitUrlError):
        await Webhooks(Wire(), private=False).endpoint(url, {})
    with pytest.raises(InvalidBatchError):
        await callbacks(tmp_path).check(url)


async def test_the_address_that_was_looked_at_is_the_one_that_is_called() -> None:
    found = await Webhooks(Wire(), private=False).endpoint("https://8.8.8.8/x", {})
    assert (found.origin.host, found.origin.address) == ("8.8.8.8", "8.8.8.8")


async def test_a_setting_allows_inner_addresses() -> None:
    found = await Webhooks(Wire(), private=True).endpoint("http://127.0.0.1:8080/x", {})
    assert found.origin.address == "127.0.0.1"


async def test_without_a_secret_there_are_none() -> None:
    with pytest.raises(InvalidBatchError, match="ROUTER_BATCH_CALLBACK_SECRET"):
        await Callbacks(Webhooks(Wire(), private=False), Secret("")).check("https://8.8.8.8/x")


def test_the_signature_covers_time_and_body() -> None:
    expected = hmac.new(b"s", b"7.{}", hashlib.sha256).hexdigest()
    assert signature("s", 7, b"{}") == f"t=7,v1={expected}"
    assert len({signature("s", 7, b"{}"), signature("s", 8, b"{}"), signature("t", 7, b"{}")}) == 3


def test_it_is_tried_again_later_and_later_and_not_for_ever() -> None:
    pauses = [pause_s(n) for n in range(1, TRIES)]
    assert pauses == sorted(pauses)
    assert pauses[0] == 5
    assert max(pauses) <= LONGEST_PAUSE_S
