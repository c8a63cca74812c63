"""How to get into Kafka: plain inside a closed network, else with TLS, a password, or both."""

import ssl
from typing import Any

from faststream.kafka.security import parse_security
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from ratchet_common.errors import CannotStartError
from ratchet_common.settings import BusSettings

WITH_PASSWORD = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}


def security_of(settings: BusSettings) -> BaseSecurity:
    """As FastStream takes it. Raises CannotStartError."""
    trust = _trust(settings) if settings.kafka_security_protocol.endswith("SSL") else None
    if not settings.kafka_security_protocol.startswith("SASL"):
        return BaseSecurity(ssl_context=trust)
    password = settings.kafka_password.get_secret_value()
    if not (settings.kafka_username and password):
        raise CannotStartError(
            f"KAFKA_SECURITY_PROTOCOL is {settings.kafka_security_protocol}, which needs KAFKA_USERNAME and "
            "KAFKA_PASSWORD: set both in the environment."
        )
    return WITH_PASSWORD[settings.kafka_sasl_mechanism](settings.kafka_username, password, ssl_context=trust)


def access(settings: BusSettings) -> dict[str, Any]:
    """As aiokafka's clients take it. Raises CannotStartError."""
    return {"bootstrap_servers": settings.kafka_bootstrap_servers} | parse_security(security_of(settings))


def _trust(settings: BusSettings) -> ssl.SSLContext:
    file = settings.kafka_ca_file
    try:
        return ssl.create_default_context(cafile=str(file) if file else None)
    except (OSError, ssl.SSLError) as error:
        raise CannotStartError(
            f"KAFKA_CA_FILE names {file}, which holds no certificates to be read: name a PEM file, or leave it out."
        ) from error
