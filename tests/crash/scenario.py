"""Nothing lost while SIGKILL falls: on Apache Kafka on service after service, embedded on the whole process."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ratchet_cli.stack.ports import free_ports
from ratchet_cli.stack.start import start_stack
from ratchet_common.auth import Scope, new_token, write_tokens
from tests.crash.counting import Counted, Seen, count_when_settled
from tests.crash.load import load
from tests.crash.processes import Victim, moments
from tests.kafka.rig import real_kafka

SERVICES = ("router", "feedback", "trainer", "monitor")


def on_kafka(folder: Path, *, requests: int, kills_each: int, feedback_share: float, seed: int) -> Counted:
    """Each service is killed `kills_each` times, in turn."""
    with start_stack(folder / "stack") as stack, real_kafka(folder / "kafka") as servers:
        token, tokens_file = _token(folder)
        environment = {
            "KAFKA_BOOTSTRAP_SERVERS": servers,
            "MONGODB_URL": stack.mongodb_url,
            "TOKENS_FILE": str(tokens_file),
            "LOG_LEVEL": "WARNING",
        }
        victims = [_service(name, environment, folder) for name in SERVICES]
        with _started(victims):
            turns = [victims[i % len(victims)] for i in range(kills_each * len(victims))]
            urls = {victim.name: victim.url for victim in victims}
            return _run(urls, token, turns, stack.mongodb_url, requests, feedback_share, seed)


def embedded(folder: Path, *, requests: int, kills: int, feedback_share: float, seed: int) -> Counted:
    """The whole process is killed, broker and store with it."""
    (port,) = free_ports(1)
    data = folder / "data"
    command = [sys.executable, "-m", "ratchet_cli", "up", "--port", str(port), "--data-dir", str(data)]
    whole = Victim("whole", command, port, {"LOG_LEVEL": "WARNING"}, folder / "whole.log")
    with _started([whole]):
        token = (data / "token").read_text().strip()
        urls = dict.fromkeys(SERVICES, whole.url)
        return _run(urls, token, [whole] * kills, data / "stack.json", requests, feedback_share, seed)


def _run(
    urls: dict[str, str],
    token: str,
    turns: Sequence[Victim],
    store: str | Path,
    requests: int,
    feedback_share: float,
    seed: int,
) -> Counted:
    """`turns`: whom to kill, in order, at random moments. `store`: its URL, or the file that names it."""
    due = list(zip(moments(len(turns), requests, seed), turns, strict=True))

    def kill_when_due(count: int) -> None:
        while due and due[0][0] <= count:
            due.pop(0)[1].kill_and_start_again()

    found = asyncio.run(load(urls, token, requests, feedback_share=feedback_share, seed=seed, on_request=kill_when_due))
    victims = {victim.name: victim for victim in turns}.values()
    for victim in victims:
        victim.wait_until_ready()
    url = store if isinstance(store, str) else str(json.loads(store.read_text())["mongodb"])
    return count_when_settled(Seen(url, urls["monitor"], token), found, sum(victim.kills for victim in victims))


def _service(name: str, environment: dict[str, str], folder: Path) -> Victim:
    (port,) = free_ports(1)
    own = {"PORT": str(port)}
    if name == "trainer":
        own["TRAINER_ARTIFACTS_URL"] = (folder / "artifacts").as_uri()
    return Victim(name, [sys.executable, "-m", f"ratchet_{name}"], port, environment | own, folder / f"{name}.log")


@contextlib.contextmanager
def _started(victims: Sequence[Victim]) -> Iterator[None]:
    try:
        for victim in victims:
            victim.start()
        for victim in victims:
            victim.wait_until_ready()
        yield
    finally:
        for victim in victims:
            victim.stop()


def _token(folder: Path) -> tuple[str, Path]:
    token, row = new_token("crash-test", frozenset(Scope))
    write_tokens(folder / "tokens.json", [row])
    return token, folder / "tokens.json"
