"""What a service finds around it that a bench runs as a process of its own, on the embedded stack."""

from pathlib import Path

from ratchet_cli.stack.start import Stack


def environment(stack: Stack, folder: Path, port: int) -> dict[str, str]:
    """`folder`: where `tokens.json` lies."""
    return {
        "KAFKA_BOOTSTRAP_SERVERS": stack.kafka_bootstrap_servers,
        "KAFKA_IDEMPOTENCE": "false",
        "KAFKA_PARTITIONS": "3",
        "BUS_FORGETS": "true",
        "MONGODB_URL": stack.mongodb_url,
        "TOKENS_FILE": str(folder / "tokens.json"),
        "REQUEST_LOG": "false",
        "LOG_LEVEL": "WARNING",
        "PORT": str(port),
    }
