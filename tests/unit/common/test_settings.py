import os
from pathlib import Path

import pytest
from pydantic import Field
from pydantic_settings import SettingsConfigDict

from ratchet_common.errors import CannotStartError
from ratchet_common.settings import CommonSettings, load, variables

SECRET = "mongodb://user:hunter2@store/"


class NoteSettings(CommonSettings):
    model_config = SettingsConfigDict(env_prefix="NOTES_", extra="forbid", frozen=True, populate_by_name=True)

    kept_days: int = Field(7, ge=1, description="how long a note stays")
    colours: tuple[str, ...] = ()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but what every service needs."""
    for name in variables(NoteSettings).values():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092")
    monkeypatch.setenv("MONGODB_URL", SECRET)
    monkeypatch.setenv("TOKENS_FILE", "/etc/ratchet/tokens.json")


def test_settings_come_from_the_environment_and_what_is_given_goes_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTES_KEPT_DAYS", "3")
    assert load(NoteSettings).kept_days == 3
    assert load(NoteSettings, kept_days=4).kept_days == 4
    assert load(NoteSettings).tokens_file == Path("/etc/ratchet/tokens.json")


def test_a_missing_one_is_named_with_what_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MONGODB_URL")
    monkeypatch.delenv("TOKENS_FILE")
    with pytest.raises(CannotStartError) as stopped:
        load(NoteSettings)
    assert str(stopped.value) == (
        "The setting MONGODB_URL is missing: set it in the environment (a service uses the database of its own name). "
        "The setting TOKENS_FILE is missing: set it in the environment "
        "(who may call; written by `ratchet token create`)."
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("NOTES_KEPT_DAY", "did you mean NOTES_KEPT_DAYS?"),
        ("NOTES_XYZZY", "remove it."),
        ("MONGODB_URI", "did you mean MONGODB_URL?"),
        ("KAFKA_BOOTSTRAP_SERVER", "did you mean KAFKA_BOOTSTRAP_SERVERS?"),
        ("KAFKA_TOPIC_PARTITIONS", "did you mean KAFKA_PARTITIONS?"),
        ("KAFKA_REPLICAS", "did you mean KAFKA_REPLICATION?"),
        ("KAFKA_SERVERS", "did you mean KAFKA_BOOTSTRAP_SERVERS?"),
        ("BODY_LIMIT", "did you mean BODY_LIMIT_BYTES?"),
        ("LOGLEVEL", "did you mean LOG_LEVEL?"),
    ],
)
def test_an_unknown_one_is_named_with_the_nearest(name: str, hint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, SECRET)
    with pytest.raises(CannotStartError) as stopped:
        load(NoteSettings)
    assert str(stopped.value) == f"The environment sets {name}, which no setting is called: {hint}"


COMMON = (
    "HOSTNAME PATH LOGNAME HOME HOSTTYPE PGHOST PGPORT GHOST PORTS WORKERS LS_COLORS LC_ALL LOG_FILE LOG_FORMAT "
    "HOST_IP HTTP_PORT DOCKER_HOST KUBERNETES_PORT NODE_NAME SSL_CERT_FILE AWS_WEB_IDENTITY_TOKEN_FILE VIRTUAL_ENV "
    "WEB_CONCURRENCY CELERY_WORKER_PROCESSES DBUS_SESSION_BUS_ADDRESS KAFKA_HOME KAFKA_VERSION KAFKA_OPTS "
    "KAFKA_HEAP_OPTS KAFKA_NODE_ID KAFKA_LOG_DIRS KAFKA_LISTENERS KAFKA_LISTENER_SECURITY_PROTOCOL_MAP KAFKA_PORT "
    "KAFKA_SERVICE_HOST KAFKA_SERVICE_PORT KAFKA_PORT_9092_TCP MONGODB_HOST MONGODB_PORT MONGODB_USER MONGODB_USERNAME "
    "MONGODB_PASSWORD MONGODB_DATABASE MONGO_HOST MONGO_INITDB_ROOT_USERNAME ROUTER_CATALOGUE TRAINER_ARTIFACTS_URL"
)


@pytest.mark.parametrize("name", COMMON.split())
def test_what_stands_there_for_others_stops_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, os.environ.get(name, SECRET))
    load(NoteSettings)


def test_a_port_is_a_setting_wherever_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    assert load(NoteSettings).port == 9000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOTES_KEPT_DAYS", "hunter2"),
        ("NOTES_KEPT_DAYS", "0"),
        ("NOTES_COLOURS", "hunter2"),
        ("NOTES_COLOURS", '{"hunter2": 1}'),
        ("PORT", "hunter2"),
        ("LOG_LEVEL", "hunter2"),
    ],
)
def test_a_wrong_one_is_named_in_one_sentence_without_its_value(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(CannotStartError) as stopped:
        load(NoteSettings)
    said = str(stopped.value)
    assert said.startswith(f"The setting {name} is wrong: ")
    assert said.count("The setting") == 1
    assert "hunter2" not in said
    assert stopped.value.__suppress_context__


def test_each_field_has_its_variable() -> None:
    names = variables(NoteSettings)
    assert (names["kept_days"], names["mongodb_url"]) == ("NOTES_KEPT_DAYS", "MONGODB_URL")


def test_settings_do_not_change_once_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(NoteSettings).kept_days = 1  # type: ignore[misc]  # what is tried
