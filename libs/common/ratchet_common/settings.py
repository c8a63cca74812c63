"""Settings come from the environment; what is unknown or missing stops the start with a sentence that names it."""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from ratchet_common.config_file import ConfigFile, read_config
from ratchet_common.errors import CannotStartError, message_of

Sampler = Literal[
    "always_on",
    "always_off",
    "traceidratio",
    "parentbased_always_on",
    "parentbased_always_off",
    "parentbased_traceidratio",
]


def _shared(name: str, default: Any = ..., **how: Any) -> Any:
    """A setting that all services read under one name; what a service adds itself carries its own prefix."""
    return Field(default, validation_alias=name, **how)


OF_TRACES = (
    "otel_sdk_disabled",
    "otel_exporter_otlp_endpoint",
    "otel_exporter_otlp_protocol",
    "otel_traces_sampler",
    "otel_traces_sampler_arg",
)


class BusSettings(BaseSettings):
    """How to reach the bus, and two facts about it."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    kafka_bootstrap_servers: str = _shared("KAFKA_BOOTSTRAP_SERVERS", description="host:port, several by commas")
    kafka_idempotence: bool = _shared("KAFKA_IDEMPOTENCE", True, description="off where the broker knows it not")
    kafka_partitions: int = _shared("KAFKA_PARTITIONS", 12, ge=1, le=1000, description="of topics yet to be made")
    kafka_replication: int = _shared("KAFKA_REPLICATION", 1, ge=1, le=9, description="of topics yet to be made")
    kafka_session_timeout_ms: int = _shared(
        "KAFKA_SESSION_TIMEOUT_MS", 10_000, ge=1_000, le=300_000, description="silence until a reader counts as gone"
    )
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = _shared(
        "KAFKA_SECURITY_PROTOCOL", "PLAINTEXT", description="PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = _shared(
        "KAFKA_SASL_MECHANISM", "SCRAM-SHA-512", description="PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512"
    )
    kafka_username: str = _shared("KAFKA_USERNAME", "", description="for the two protocols that begin with SASL")
    kafka_password: SecretStr = _shared("KAFKA_PASSWORD", SecretStr(""), description="of that user")
    kafka_ca_file: Path | None = _shared(
        "KAFKA_CA_FILE", None, description="PEM, for the two protocols that end with SSL; default: the system's"
    )
    bus_forgets: bool = _shared("BUS_FORGETS", False, description="on where the bus loses all when it restarts")


class CommonSettings(BusSettings):
    """What every service needs."""

    mongodb_url: str = _shared("MONGODB_URL", description="a service uses the database of its own name")
    tokens_file: Path = _shared("TOKENS_FILE", description="who may call; written by `ratchet token create`")
    body_limit_bytes: int = _shared("BODY_LIMIT_BYTES", 4 * 1024 * 1024, ge=1024, description="more gets 413")
    worker_processes: int = _shared("WORKER_PROCESSES", 1, ge=1, le=64, description="for work that burns CPU")
    host: str = _shared("HOST", "127.0.0.1", description="where the service listens")
    port: int = _shared("PORT", 8080, ge=1, le=65535, description="where the service listens")
    request_log: bool = _shared("REQUEST_LOG", True, description="one line of JSON a request; never text")
    drain_seconds: float = _shared(
        "DRAIN_SECONDS", 25, ge=0, le=3600, description="that requests under way may take once told to stop"
    )
    log_level: str = _shared(
        "LOG_LEVEL", "INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR"
    )
    otel_sdk_disabled: bool = _shared("OTEL_SDK_DISABLED", False, description="on: no traces, whatever else is set")
    otel_exporter_otlp_endpoint: str = _shared(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "",
        pattern=r"^(https?://\S+)?$",
        description="of an OpenTelemetry collector, such as http://collector:4318, for traces; empty: none are made",
    )
    otel_exporter_otlp_protocol: Literal["http/protobuf"] = _shared(
        "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", description="http/protobuf: no other is spoken"
    )
    otel_exporter_otlp_headers: SecretStr = _shared(
        "OTEL_EXPORTER_OTLP_HEADERS", SecretStr(""), description="for that collector: name=value, several by commas"
    )
    otel_traces_sampler: Sampler = _shared(
        "OTEL_TRACES_SAMPLER",
        "parentbased_always_on",
        description="always_on, always_off or traceidratio; after parentbased_ where whoever asks has a say",
    )
    otel_traces_sampler_arg: float = _shared(
        "OTEL_TRACES_SAMPLER_ARG", 1.0, ge=0, le=1, description="the share that a sampler with traceidratio keeps"
    )

    @field_validator(*OF_TRACES, mode="wrap")
    @classmethod
    def _read_where_used(cls, given: Any, read: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        """These stand in the environment for all who speak of traces: what is not used here may be as it likes, and an
        empty one is as good as none. What it depends on stands before it; where that is wrong, that is said."""
        its = str(info.field_name)
        return read(given) if given != "" and _is_used(its, info.data) else cls.model_fields[its].get_default()


OF_OTHERS = {"MONGODB_USER"}  # commonly stands beside MONGODB_PASSWORD, for the store's own start
OF_A_STANDARD = "OTEL_"  # it has many more than are settings here; OpenTelemetry reads some by itself

S = TypeVar("S", bound=BaseSettings)


def load(kind: type[S], **given: Any) -> S:
    """Reads `kind` from the environment, and what it lacks from the file of RATCHET_CONFIG; `given` goes before both.

    Raises CannotStartError with a sentence for each variable that is missing, unknown or wrong.
    """
    wrong, file = _unknown(kind), read_config()
    names = variables(kind)
    service = str(kind.model_config.get("env_prefix", "")).rstrip("_").lower()
    filed = file.values(service, names) if file else {}
    filed = {name: value for name, value in filed.items() if names[name] not in os.environ and name not in given}
    try:
        settings = kind(**filed | given)
    except SettingsError as error:
        raise CannotStartError(" ".join([*wrong, _unreadable(kind, error)])) from None
    except ValidationError as error:
        wrong += [
            _in_file(file, service, str(e["loc"][0]), filed, names)
            + _sentence(kind, str(e["loc"][0]), e["type"], message_of(e))
            for e in error.errors(include_input=False)
            if e["loc"]
        ]
        raise CannotStartError(" ".join(wrong)) from None  # the cause would show the values, and they may be secrets
    if wrong:
        raise CannotStartError(" ".join(wrong))
    return settings


def _is_used(name: str, known: Mapping[str, Any]) -> bool:
    """`known`: the settings before it."""
    if name == "otel_sdk_disabled":
        return True
    if known.get("otel_sdk_disabled") or (
        name != "otel_exporter_otlp_endpoint" and not known.get("otel_exporter_otlp_endpoint")
    ):
        return False
    return name != "otel_traces_sampler_arg" or str(known.get("otel_traces_sampler")).endswith("traceidratio")


def variables(kind: type[BaseSettings]) -> dict[str, str]:
    """Each field's environment variable."""
    prefix = str(kind.model_config.get("env_prefix", ""))
    return {
        name: str(field.validation_alias) if field.validation_alias else f"{prefix}{name}".upper()
        for name, field in kind.model_fields.items()
    }


def _in_file(
    file: ConfigFile | None, service: str, where: str, filed: Mapping[str, Any], names: Mapping[str, str]
) -> str:
    """Where the file says it, if it is the file that does."""
    name = next((field for field, variable in names.items() if where in (field, variable)), where)
    return f"{file.of(service, name)}: " if file and name in filed else ""


def _unknown(kind: type[BaseSettings]) -> list[str]:
    """Variables with the service's own prefix that it does not know, and near misses of the shared ones."""
    known = set(variables(kind).values())
    prefix = str(kind.model_config.get("env_prefix", "")).upper()
    found = []
    for name in sorted(os.environ.keys() - known):
        near = _near(name, known)
        if (prefix and name.startswith(prefix)) or near:
            guess = near or difflib.get_close_matches(name, known, n=1, cutoff=0.6)
            hint = f"did you mean {guess[0]}?" if guess else "remove it."
            found.append(f"The environment sets {name}, which no setting is called: {hint}")
    return found


def _near(name: str, known: set[str]) -> list[str]:
    """The setting that was meant, if one was: spelled alike, or with more words (BODY_LIMIT for BODY_LIMIT_BYTES)."""
    if name.startswith(OF_A_STANDARD):
        return []
    words = name.split("_")
    if (close := difflib.get_close_matches(name, known, n=1, cutoff=0.9)) or len(words) == 1 or name in OF_OTHERS:
        return close
    begins_alike = [k for k in sorted(known) if k.startswith(f"{words[0]}_")]
    close = difflib.get_close_matches(name, begins_alike, n=1, cutoff=0.8)
    return close or [k for k in sorted(known) if _lie_within(words, k)][:1]


def _lie_within(words: list[str], name: str) -> bool:
    left = iter(name.split("_"))  # each search goes on behind the word found last
    return all(word in left for word in words)


def _unreadable(kind: type[BaseSettings], error: SettingsError) -> str:
    """For a list or a table that is no JSON; the error names the field and nothing else that may be shown."""
    name = next((variable for field, variable in variables(kind).items() if f'"{field}"' in str(error)), "of a list")
    return f"The setting {name} is wrong: write it as JSON."


def _sentence(kind: type[BaseSettings], where: str, error: str, message: str) -> str:
    name = variables(kind).get(where, where)
    if error == "missing":
        field = next(f for n, f in kind.model_fields.items() if variables(kind)[n] == name)
        return f"The setting {name} is missing: set it in the environment ({field.description})."
    return f"The setting {name} is wrong: {message[0].lower()}{message[1:]}."
