"""A Kafka that asks for TLS and a password: who has both gets in, who has not is told so in a sentence."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from pydantic import SecretStr

from ratchet_common.bus import Bus
from ratchet_common.errors import CannotStartError
from ratchet_common.kafka_access import security_of
from ratchet_common.messaging import consumer, start_side_by_side, subscribe
from ratchet_common.settings import BusSettings
from ratchet_common.topics import ERASURES
from tests.contract.every_event import MOST
from tests.kafka.rig import Guard, real_kafka

USER, PASSWORD = "ratchet", "open-sesame"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The settings of somebody who may come in."""
    folder = tmp_path_factory.mktemp("guarded")
    authority = trustme.CA()
    own = authority.issue_cert("127.0.0.1")
    key = load_pem_private_key(own.private_key_pem.bytes(), None)
    as_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "keys.pem").write_bytes(as_pem + b"".join(pem.bytes() for pem in own.cert_chain_pems))
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    guard = Guard(USER, PASSWORD, folder / "keys.pem", folder / "ca.pem")
    with real_kafka(folder / "kafka", guard) as servers:
        yield {
            "kafka_bootstrap_servers": servers,
            "kafka_partitions": 1,
            "kafka_security_protocol": "SASL_SSL",
            "kafka_sasl_mechanism": "PLAIN",
            "kafka_username": USER,
            "kafka_password": SecretStr(PASSWORD),
            "kafka_ca_file": folder / "ca.pem",
        }


@pytest.mark.kafka
async def test_who_has_the_password_and_trusts_the_certificate_publishes_and_reads(guarded: dict[str, Any]) -> None:
    settings, heard = BusSettings(**guarded), asyncio.Event()
    event = next(event for event in MOST if type(event) is ERASURES.event)

    async def handle(events: Any) -> None:
        assert events == [event]
        heard.set()

    async def bury(record: Any, reason: str) -> None:
        raise AssertionError(reason)

    async with Bus(settings) as its:
        await its.publish(ERASURES.name, b"key", msgspec.json.encode(event))
        listening = consumer(settings)
        subscribe(listening, ERASURES, group="access", handle=handle, bury=bury)
        await start_side_by_side(listening)
        await asyncio.wait_for(heard.wait(), 30)
        await listening.stop()


@pytest.mark.kafka
@pytest.mark.parametrize(
    "wrong",
    [{"kafka_password": SecretStr("guessed")}, {"kafka_ca_file": None}, {"kafka_security_protocol": "PLAINTEXT"}],
)
async def test_who_lacks_one_of_them_is_told_what_to_set(guarded: dict[str, Any], wrong: dict[str, Any]) -> None:
    with pytest.raises(CannotStartError, match="KAFKA_SECURITY_PROTOCOL") as refused:
        async with Bus(BusSettings(**guarded | wrong), patience_s=0.5):
            pass
    assert PASSWORD not in str(refused.value)
    assert "guessed" not in str(refused.value)


def settings(**given: Any) -> BusSettings:
    return BusSettings(kafka_bootstrap_servers="127.0.0.1:9", **given)


def test_a_password_that_is_missing_or_a_file_that_holds_no_certificate_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match="KAFKA_USERNAME"):
        security_of(settings(kafka_security_protocol="SASL_SSL"))
    (tmp_path / "ca.pem").write_text("no certificate")
    for file in (tmp_path / "ca.pem", tmp_path / "missing.pem"):
        with pytest.raises(CannotStartError, match="KAFKA_CA_FILE"):
            security_of(settings(kafka_security_protocol="SSL", kafka_ca_file=file))


def test_a_password_is_not_shown() -> None:
    assert "sesame" not in repr(settings(kafka_password=SecretStr(PASSWORD)))
