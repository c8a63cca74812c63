from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from ratchet_common.errors import CannotStartError
from tests.kafka.rig import finish, program, real_kafka, server_properties

TOPIC = "round-trip"


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with real_kafka(tmp_path_factory.mktemp("kafka")) as bootstrap_servers:
        yield bootstrap_servers


@pytest.mark.kafka
async def test_what_an_idempotent_producer_sends_comes_back_in_its_order(kafka: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, num_partitions=1, replication_factor=1)])
    await admin.close()
    sent = [f"{n}".encode() for n in range(100)]
    async with AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True, acks="all") as producer:
        for waiting in [await producer.send(TOPIC, body) for body in sent]:
            await waiting
    async with AIOKafkaConsumer(TOPIC, bootstrap_servers=kafka, group_id="g", auto_offset_reset="earliest") as consumer:
        assert [(await consumer.getone()).value for _ in sent] == sent


def test_a_missing_program_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotStartError, match=r"needs `mvn`, which is not on the PATH: install Apache Maven"):
        program("mvn", "Apache Maven (maven)")


def test_a_command_that_fails_is_shown_with_what_it_said() -> None:
    with pytest.raises(CannotStartError, match="ended with exit status 3: no network"):
        finish(["/bin/sh", "-c", "echo no network; exit 3"], patience_s=30)


def test_the_node_listens_on_loopback_only(tmp_path: Path) -> None:
    properties = dict(line.split("=", 1) for line in server_properties(1, 2, tmp_path).splitlines())
    assert properties["listeners"] == "PLAINTEXT://127.0.0.1:1,CONTROLLER://127.0.0.1:2"
