"""Everything that runs while the gateways are measured: upstream, Kafka, store, and each gateway on the first core."""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ratchet_cli.stack.ports import free_ports, somebody_listens
from ratchet_cli.stack.start import start_stack
from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_common.errors import CannotStartError
from tests.bench.cores import FIRST_CORE, others, process
from tests.bench.gateway.peers import litellm, nginx, portkey, with_reason
from tests.bench.wire.canned import WHOLE, nginx_configuration
from tests.bench.wire.hammer import Call, bearer, hammer
from tests.crash.processes import Victim
from tests.kafka.rig import real_kafka

WIRE = Path(__file__).parents[1] / "wire"
PATIENCE_S = 120.0  # LiteLLM takes 20 s on an idle core
ROUTER, BARE, PORTKEY, LITELLM = "router", "bare pass-through", "Portkey", "LiteLLM"
CATALOGUE = """
[providers.whole]
kind = "openai_shaped"
base_url = "{url}/whole"

[providers.flowing]
kind = "openai_shaped"
base_url = "{url}/flowing"
"""
MODEL = """
[[models]]
name = "{name}"
provider = "{provider}"
tier = "balanced"
context_window = 128_000
latency_ms = 50
prices = {{ input = 0.15, output = 0.60 }}
quality = {{ default = 0.7 }}
"""
OF_LITELLM = """
model_list:
  - model_name: instant
    litellm_params: {{ model: openai/instant, api_base: "{url}/whole", api_key: none }}
litellm_settings: {{ telemetry: false, num_retries: 0 }}
"""


@dataclass(frozen=True, slots=True)
class Contender:
    name: str
    call: Call
    pid: int


@dataclass
class Field:
    """`missing`: who could not be had, and why."""

    upstream: str = ""
    direct: Call = field(default_factory=lambda: Call(0))
    contenders: dict[str, Contender] = field(default_factory=dict)
    not_waiting: Call = field(default_factory=lambda: Call(0))
    flowing: Call = field(default_factory=lambda: Call(0))
    missing: dict[str, str] = field(default_factory=dict)


@contextmanager
def everything(*, peers: bool) -> Iterator[Field]:
    with tempfile.TemporaryDirectory(prefix="ratchet-bench-") as name, ExitStack() as stack:
        ground = Ground(Path(name), stack, Field())
        ground.start_upstream()
        ground.start_bare()
        ground.start_router()
        if peers:
            ground.start_peer(PORTKEY, ground.start_portkey)
            ground.start_peer(LITELLM, ground.start_litellm)
        yield ground.field


@dataclass
class Ground:
    folder: Path
    stack: ExitStack
    field: Field
    url: str = ""

    def start_upstream(self) -> None:
        (port,) = free_ports(1)
        self.url, self.field.direct = f"http://127.0.0.1:{port}", Call(port, WHOLE)
        try:
            (self.folder / "nginx.conf").write_text(nginx_configuration(port, self.folder))
            command = [str(nginx()), "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
            self.field.upstream = "nginx"
        except CannotStartError as error:
            self.field.missing["nginx"] = with_reason(error)
            command = [sys.executable, str(WIRE / "upstream.py"), str(port)]
            self.field.upstream = "tests/bench/wire/upstream.py on uvloop"
        self._started("upstream", command, self.field.direct, others())

    def start_bare(self) -> None:
        (port,) = free_ports(1)
        command = [sys.executable, str(WIRE / "passthrough.py"), str(port), f"{self.url}/whole"]
        self._contend(BARE, command, Call(port))

    def start_router(self) -> None:
        """Twice: the second, which does not wait for its events, is only asked one request at a time."""
        port, not_waiting = free_ports(2)
        kept = self.stack.enter_context(start_stack(self.folder / "stack"))
        servers = self.stack.enter_context(real_kafka(self.folder / "kafka"))
        token, row = new_token("bench", frozenset(Scope))
        write_tokens(self.folder / "tokens.json", [row])
        models = (MODEL.format(name=n, provider=p) for n, p in (("instant", "whole"), ("flowing", "flowing")))
        (self.folder / "catalogue.toml").write_text(CATALOGUE.format(url=self.url) + "".join(models))
        environment = {
            "KAFKA_BOOTSTRAP_SERVERS": servers,
            "MONGODB_URL": kept.mongodb_url,
            "TOKENS_FILE": str(self.folder / "tokens.json"),
            "ROUTER_CATALOGUE": str(self.folder / "catalogue.toml"),
            "LOG_LEVEL": "WARNING",
            "ROUTER_RECORD_PATIENCE_MS": "10000",  # on a busy machine too it is Kafka that is measured
        }
        headers = bearer(token)
        command = [sys.executable, "-m", "ratchet_router"]
        self._contend(ROUTER, command, Call(port, headers=headers), environment | {"PORT": str(port)})
        self.field.not_waiting = Call(not_waiting, headers=headers)
        other = environment | {"PORT": str(not_waiting), "ROUTER_RECORD_FIRST": "false"}
        self._started("router that does not wait", command, self.field.not_waiting, {FIRST_CORE}, other)
        self.field.flowing = Call(port, headers=headers, model="flowing", stream=True)

    def start_peer(self, name: str, start: Callable[[], None]) -> None:
        """One that cannot be installed or started is named with the reason."""
        try:
            start()
        except CannotStartError as error:
            self.field.missing[name] = with_reason(error)

    def start_portkey(self) -> None:
        (port,) = free_ports(1)
        headers = (("x-portkey-provider", "openai"), ("x-portkey-custom-host", f"{self.url}/whole"), *bearer("none"))
        self._contend(PORTKEY, [*portkey(), f"--port={port}"], Call(port, headers=headers))

    def start_litellm(self) -> None:
        (port,) = free_ports(1)
        (self.folder / "litellm.yaml").write_text(OF_LITELLM.format(url=self.url))
        options = ["--config", str(self.folder / "litellm.yaml"), "--host", "127.0.0.1", "--port", str(port)]
        key = "sk-bench"  # it starts without one, and answers nothing then
        environment = {
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "LITELLM_LOG": "ERROR",
            "LITELLM_MASTER_KEY": key,
        }
        call = Call(port, headers=bearer(key))
        self._contend(LITELLM, [*litellm(), *options, "--num_workers", "1"], call, environment)

    def _contend(self, name: str, command: list[str], call: Call, environment: dict[str, str] | None = None) -> None:
        started = self._started(name, command, call, {FIRST_CORE}, environment)
        assert started.process is not None
        self.field.contenders[name] = Contender(name, call, started.process.pid)

    def _started(
        self, name: str, command: list[str], call: Call, cores: set[int], environment: dict[str, str] | None = None
    ) -> Victim:
        at_work = process(name.replace(" ", "-"), command, call.port, environment or {}, self.folder, cores=cores)
        started = self.stack.enter_context(at_work)
        _wait_until_it_answers(started, call)
        return started


def _wait_until_it_answers(started: Victim, call: Call) -> None:
    """Raises CannotStartError with the end of its log."""
    end = time.monotonic() + PATIENCE_S
    while not (somebody_listens(call.port) and hammer(call, connections=1, seconds=0.3, warm_up_s=0).statuses[200]):
        ended = started.process is not None and started.process.poll() is not None
        if ended or time.monotonic() > end:
            said = started.log.read_text(errors="replace")[-600:]
            raise CannotStartError(f"{started.name} gave no answer with status 200; its log ends with: {said}")
        time.sleep(0.2)
