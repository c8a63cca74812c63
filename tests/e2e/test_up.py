"""`ratchet up` as a person meets it: starts, stops, starts again, and says in one sentence why it cannot."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from aiokafka import AIOKafkaProducer

from ratchet_cli.stack.ports import free_ports
from ratchet_common.auth import Scope, new_token, read_tokens, write_tokens
from tests.crash.processes import Victim
from tests.e2e.conftest import Product
from tests.patience import PATIENCE_S, SHORT_SESSION_MS

REQUEST = {"task_type": "classification", "labels": ["request", "status"], "document_text": "Please send the sheet."}


def up(folder: Path, *arguments: str, **environment: str) -> Victim:
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "ratchet_cli", "up", "--port", str(port), "--data-dir", str(folder / "data")]
    session = {"KAFKA_SESSION_TIMEOUT_MS": str(SHORT_SESSION_MS)}
    return Victim("whole", [*command, *arguments], port, session | environment, folder / "up.log")


def call(victim: Victim, folder: Path, path: str, body: dict[str, Any] | None = None) -> Any:
    token = (folder / "data" / "token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{victim.url}{path}", data, headers)  # noqa: S310  loopback
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        return json.load(answer)


def eventually(look: Any, wanted: Any) -> None:
    end = time.monotonic() + PATIENCE_S
    while (seen := look()) != wanted:
        assert time.monotonic() < end, f"{seen} instead of {wanted}"
        time.sleep(0.2)


def family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]


def gone(processes: list[psutil.Process]) -> bool:
    return not [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def test_ctrl_c_leaves_nothing_behind(place: Path) -> None:
    whole = up(place)
    whole.start()
    assert whole.process is not None
    whole.wait_until_ready()
    call(whole, place, "/api/generate", REQUEST)
    everyone = family(whole.process)
    assert len(everyone) >= 3  # itself, the broker, the store
    whole.process.send_signal(signal.SIGINT)
    assert whole.process.wait(40) == 0, whole.log.read_text()
    eventually(lambda: gone(everyone), True)
    assert "curl" in whole.log.read_text()


@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("after_s", [0.7, 2.0, 4.0])
def test_told_to_stop_while_it_starts_it_ends_and_leaves_nothing_behind(
    place: Path, wish: signal.Signals, after_s: float
) -> None:
    whole = up(place)
    whole.start()
    assert whole.process is not None
    time.sleep(after_s)
    everyone = family(whole.process)
    whole.process.send_signal(wish)
    whole.process.wait(40)
    eventually(lambda: gone(everyone), True)
    assert "Traceback" not in whole.log.read_text()


def test_what_was_acknowledged_before_a_kill_counts_after_it(place: Path) -> None:
    whole = up(place)
    try:
        whole.start()
        whole.wait_until_ready()
        answers = [call(whole, place, "/api/generate", REQUEST | {"cache": "off"}) for _ in range(5)]
        whole.kill_and_start_again()
        whole.wait_until_ready()
        eventually(lambda: call(whole, place, "/api/models/performance")["total_predictions"], 5)
        said = {"result_id": answers[0]["result_id"], "rating": "negative", "corrections": {"label": "request"}}
        call(whole, place, "/api/models/feedback", said)
        eventually(lambda: call(whole, place, "/api/models/performance")["scored_predictions"], 1)
    finally:
        whole.stop()


def fetched(url: str) -> tuple[str, str]:
    request = urllib.request.Request(url, headers={"X-Request-ID": "abc-1"})  # noqa: S310  loopback
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        return answer.read().decode(), answer.headers["X-Request-ID"]


def test_the_one_port_has_every_page_of_a_service(product: Product) -> None:
    for page, holds in (("metrics", "ratchet_"), ("asyncapi", "predictions"), ("openapi.json", "/api/generate")):
        body, request_id = fetched(f"{product.url}/{page}")
        assert holds in body
        assert request_id == "abc-1"


def test_a_letter_whose_cause_is_still_there_is_sent_again_once(product: Product) -> None:
    kafka = json.loads((product.data_dir / "stack.json").read_text())["kafka"]

    async def poison() -> None:
        async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
            await producer.send_and_wait("feedback", b'{"type": "nope"}', key=b"x")

    def replay(*arguments: str) -> Any:
        where = ["--data-dir", str(product.data_dir), "--topic", "feedback"]
        command = [sys.executable, "-m", "ratchet_cli", "replay", "--json", *where, *arguments]
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=True)
        return json.loads(done.stdout)

    def letters(found: Any) -> dict[str, int]:
        return {row["group"]: row["letters"] for row in found["letters"]}

    asyncio.run(poison())
    each = {"monitor.feedback": 1, "trainer.feedback": 1, "router.feedback": 1}
    eventually(lambda: letters(replay("--dry-run")), each)
    assert letters(replay()) == each
    eventually(lambda: letters(replay("--dry-run")), each)  # buried once more, and there for the next time


def refused(folder: Path, *arguments: str, **environment: str) -> str:
    command = [sys.executable, "-m", "ratchet_cli", "up", "--data-dir", str(folder / "data"), *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE_S, check=False, env={**os.environ, **environment}
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = refused(tmp_path, "--port", port)
    assert port in said
    assert "--port" in said


def test_an_unwritable_directory_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file stands where the directory should be")
    assert "data" in refused(tmp_path, "--port", str(free_ports(1)[0]))


@pytest.mark.parametrize(
    ("name", "value"), [("ROUTER_CACHE_TLL_S", "1"), ("TRAINER_MIN_EXAMPLES", "many"), ("MONITOR_NONSENSE", "1")]
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    said = refused(tmp_path, "--port", str(free_ports(1)[0]), **{name: value})
    assert name in said


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    catalogue = tmp_path / "catalogue.toml"
    catalogue.write_text(
        '[providers.far]\nkind = "openai_shaped"\nbase_url = "http://127.0.0.1:9"\nkey = "env:NO_SUCH_KEY"\n'
        '[[models]]\nname = "m"\nprovider = "far"\n'
        'tier = "fast"\ncontext_window = 8000\nlatency_ms = 1\nprices = { input = 1, output = 1 }\n'
        "quality = { default = 0.5 }\n"
    )
    assert "NO_SUCH_KEY" in refused(tmp_path, "--port", str(free_ports(1)[0]), ROUTER_CATALOGUE=str(catalogue))


def test_the_commands_ask_the_running_router(product: Product, tmp_path: Path) -> None:
    at = ["--url", product.url, "--data-dir", str(product.data_dir), "--json"]
    request = tmp_path / "request.json"
    request.write_text(json.dumps(REQUEST))
    for arguments, holds in (["models"], "simulated-fast"), (["route", "--explain", str(request)], "candidates"):
        command = [sys.executable, "-m", "ratchet_cli", *arguments, *at]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        assert ran.returncode == 0, ran.stderr
        assert holds in ran.stdout


def test_a_file_of_examples_is_brought_by_a_command(product: Product, tmp_path: Path) -> None:
    file = tmp_path / "examples.jsonl"
    chat = {"messages": [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "The whole team."}]}
    file.write_text(f"{json.dumps(chat)}\n{{\n")
    at = ["--task-type", "qa", "--url", product.url, "--data-dir", str(product.data_dir)]
    command = [sys.executable, "-m", "ratchet_cli", "data", "import", str(file), *at]
    for how, there in (["--dry-run"], 0), ([], 0), ([], 1):
        ran = subprocess.run(
            [*command, "--json", *how], capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        assert ran.returncode == 1, ran.stderr  # a line is refused
        found = json.loads(ran.stdout)
        assert (found["taken"], found["already_there"], found["refused"]) == (1 - there, there, 1)
        assert found["faults"] == [{"line": 2, "reason": "it is no JSON."}]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert "line 2: it is no JSON." in shown.stdout


def test_a_user_is_forgotten_by_a_command(product: Product) -> None:
    at = ["--url", product.url, "--data-dir", str(product.data_dir)]
    command = [sys.executable, "-m", "ratchet_cli", "data", "erase", "ann@example.com", "--why", "A letter.", *at]
    ran = subprocess.run(
        [*command, "--wait", "--json"], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert ran.returncode == 0, ran.stderr
    erasure = json.loads(ran.stdout)
    assert (erasure["state"], sorted(erasure["removed"])) == ("done", ["feedback", "monitor", "router", "trainer"])
    shown = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert shown.returncode == 0, shown.stderr
    assert "Kafka, predictions, until" in shown.stdout
    assert "ann@" not in ran.stdout + shown.stdout


def test_sighup_has_all_four_services_read_the_tokens_anew(product: Product) -> None:
    token, row = new_token("later", frozenset(Scope))
    file = product.data_dir / "tokens.json"
    write_tokens(file, [*read_tokens(file).by_digest.values(), row])
    assert product.process.process is not None
    product.process.process.send_signal(signal.SIGHUP)
    headers = {"Authorization": f"Bearer {token}"}
    for path in ("catalogue", "feedback/summary", "versions", "performance"):
        request = urllib.request.Request(f"{product.url}/api/models/{path}", headers=headers)  # noqa: S310  loopback
        eventually(partial(is_known, request), True)


def is_known(request: urllib.request.Request) -> bool:
    try:
        urllib.request.urlopen(request, timeout=20).close()  # noqa: S310  loopback
    except urllib.error.HTTPError as error:
        return error.code != 401
    return True
