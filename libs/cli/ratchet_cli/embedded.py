"""The four services in one process: their settings against the embedded stack."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ratchet_cli.stack.ports import LOOPBACK
from ratchet_cli.stack.store import store_url
from ratchet_common.auth import Scope, new_token, read_tokens, write_tokens
from ratchet_common.settings import load
from ratchet_feedback.settings import FeedbackSettings
from ratchet_monitor.settings import MonitorSettings
from ratchet_router.settings import RouterSettings
from ratchet_trainer.settings import TrainerSettings

# The embedded store serves requests one by one: what waits shall wait here, where it is given up, and not in there.
CONNECTIONS = 16  # of a service to it
PARTITIONS = 3  # one process reads them all: more would only cost fetches
TENANT = "local"


@dataclass(frozen=True, slots=True)
class Ground:
    """What the services stand on. `forgets` and `idempotence`: the two facts about the bus."""

    kafka_bootstrap_servers: str
    mongodb_url: str
    forgets: bool = True
    idempotence: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    router: RouterSettings
    feedback: FeedbackSettings
    trainer: TrainerSettings
    monitor: MonitorSettings


NOWHERE = Ground("127.0.0.1:1", store_url(1))  # what is said of settings before there is a stack


def settings(ground: Ground, data_dir: Path, extra: Mapping[str, Any]) -> Settings:
    """`extra`: settings by `<service>.<field>`, before the environment. Raises CannotStartError."""
    common = {
        "kafka_bootstrap_servers": ground.kafka_bootstrap_servers,
        "kafka_idempotence": ground.idempotence,
        "kafka_security_protocol": "PLAINTEXT",
        "kafka_partitions": PARTITIONS,
        "bus_forgets": ground.forgets,
        "mongodb_url": f"{ground.mongodb_url}&maxPoolSize={CONNECTIONS}",
        "tokens_file": _hashes(data_dir),
    }

    def given(service: str) -> dict[str, Any]:
        return common | {k.partition(".")[2]: v for k, v in extra.items() if k.startswith(f"{service}.")}

    artifacts = {"artifacts_url": (data_dir / "artifacts").resolve().as_uri()}
    router = load(RouterSettings, **_places(data_dir) | given("router"))
    trainer = load(TrainerSettings, **artifacts | given("trainer"))
    if "catalogue" not in trainer.model_fields_set:  # what answers here can be evaluated here
        trainer = trainer.model_copy(update={"catalogue": router.catalogue})
    feedback, monitor = load(FeedbackSettings, **given("feedback")), load(MonitorSettings, **given("monitor"))
    return Settings(router, feedback, trainer, monitor)


def _places(data_dir: Path) -> dict[str, str]:
    """Of documents, between the router and its worker."""
    documents = (data_dir / "documents").resolve()
    return {"documents_url": (documents / "files").as_uri(), "index_url": (documents / "index").as_uri()}


def worker_environment(its: RouterSettings, port: int) -> dict[str, str]:
    """For a worker on documents as a child of the process that serves these: what it was given, and what differs."""
    return dict(os.environ) | {
        "KAFKA_BOOTSTRAP_SERVERS": its.kafka_bootstrap_servers,
        "KAFKA_IDEMPOTENCE": str(its.kafka_idempotence),
        "KAFKA_SECURITY_PROTOCOL": its.kafka_security_protocol,
        "KAFKA_PARTITIONS": str(its.kafka_partitions),
        "KAFKA_SESSION_TIMEOUT_MS": str(its.kafka_session_timeout_ms),
        "BUS_FORGETS": str(its.bus_forgets),
        "MONGODB_URL": its.mongodb_url,
        "TOKENS_FILE": str(its.tokens_file.resolve()),
        "ROUTER_DOCUMENTS_URL": its.documents_url,
        "ROUTER_INDEX_URL": its.index_url,
        "HOST": LOOPBACK,
        "PORT": str(port),
    }


def token_for_trying(data_dir: Path) -> tuple[str, Path]:
    """The bearer token of this directory, made at its first start, and the file that holds its hash.

    Other tokens that the file holds stay. Raises CannotStartError where the file is none of hashes.
    """
    shown, hashes = data_dir / "token", _hashes(data_dir)
    if not (shown.exists() and hashes.exists()):
        others = read_tokens(hashes).by_digest.values() if hashes.exists() else ()
        token, row = new_token(TENANT, frozenset(Scope), name="for trying")
        write_tokens(hashes, [*others, row])
        shown.touch(mode=0o600)
        shown.write_text(token + "\n")
    return shown.read_text().strip(), hashes


def _hashes(data_dir: Path) -> Path:
    return data_dir / "tokens.json"
