"""A real Apache Kafka for tests, without Docker: Maven brings the jars once, Java runs one KRaft node."""

import base64
import hashlib
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from ratchet_cli.stack.broker import broker_answers
from ratchet_cli.stack.child import spawn
from ratchet_cli.stack.ports import LOOPBACK, free_ports, somebody_listens
from ratchet_common.errors import CannotStartError

POM = Path(__file__).with_name("pom.xml")
BUILD = POM.parents[2] / "build" / "kafka"
MAVEN_PATIENCE_S = 600.0
PATIENCE_S = 90.0
# Few of these live for minutes: to compile better what runs for longer would cost more than it brings.
SHORT_LIVED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
NO_GUARD: Mapping[str, object] = {}


@contextmanager
def real_kafka(work_dir: Path, guard: "Guard | None" = None) -> Iterator[str]:
    """Gives host:port of a fresh, empty Kafka, whose files lie in `work_dir`; it dies with this process.

    `guard`: it lets in whom that says, and nobody else. To be entered in the main thread. Raises CannotStartError.
    """
    java = program("java", "Java 17 or newer (a JRE without a screen is enough: openjdk-17-jre-headless)")
    classes = str(jars() / "*")
    work_dir.mkdir(parents=True, exist_ok=True)
    port, controller_port = free_ports(2)
    properties = work_dir / "server.properties"
    guarded = guard.properties(port) if guard else {}
    properties.write_text(server_properties(port, controller_port, work_dir / "data", guarded))
    storage_tool = [java, *SHORT_LIVED, "-cp", classes, "kafka.tools.StorageTool"]
    finish([*storage_tool, "format", f"--cluster-id={cluster_id()}", "-c", str(properties)], patience_s=PATIENCE_S)
    command = [java, "-Xmx512m", *SHORT_LIVED, "-cp", classes, "kafka.Kafka", str(properties)]
    kafka = spawn("Apache Kafka", port, command, log=work_dir / "kafka.log", folder=work_dir)
    try:
        kafka.wait_for_answer(somebody_listens if guard else broker_answers, PATIENCE_S)
        yield f"{LOOPBACK}:{port}"
    finally:
        kafka.stop(patience_s=0)  # its data goes with the test


def program(name: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise CannotStartError(f"A real Apache Kafka needs `{name}`, which is not on the PATH: install {package}.")
    return found


def jars() -> Path:
    """The folder with Kafka's jars, filled at the first call for this pom.xml."""
    folder = BUILD / f"libs-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"
    if folder.exists():
        return folder
    maven = program("mvn", "Apache Maven (maven)")
    fetched = BUILD / f"fetched-{uuid4().hex[:8]}"
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={fetched}"]
    try:
        finish([maven, "-q", "-B", "-f", str(POM), *goal], patience_s=MAVEN_PATIENCE_S)
        if not folder.exists():  # nobody else was quicker
            fetched.rename(folder)
    finally:
        shutil.rmtree(fetched, ignore_errors=True)
    return folder


def finish(command: list[str], *, patience_s: float) -> None:
    """Runs `command` to its end. Raises CannotStartError with the end of what it printed when it fails."""
    name = Path(command[0]).name
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=patience_s, check=False)
    except subprocess.TimeoutExpired as error:
        raise CannotStartError(f"`{name}` was not done within {patience_s:g} s: `{' '.join(command)}`.") from error
    if done.returncode:
        said = (done.stdout + done.stderr).strip()[-600:]
        raise CannotStartError(f"`{' '.join(command)}` ended with exit status {done.returncode}: {said}")


def cluster_id() -> str:
    return base64.urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Guard:
    """TLS and a password, PLAIN. `keys`: PEM with the private key as PKCS #8 and its certificates."""

    user: str
    password: str
    keys: Path
    authority: Path

    def properties(self, port: int) -> dict[str, object]:
        module = "org.apache.kafka.common.security.plain.PlainLoginModule required"
        login = f'username="{self.user}" password="{self.password}" user_{self.user}="{self.password}"'
        return {
            "listeners": f"SASL_SSL://{LOOPBACK}:{port},%s",
            "advertised.listeners": f"SASL_SSL://{LOOPBACK}:{port}",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL",
            "inter.broker.listener.name": "SASL_SSL",
            "sasl.enabled.mechanisms": "PLAIN",
            "sasl.mechanism.inter.broker.protocol": "PLAIN",
            "listener.name.sasl_ssl.plain.sasl.jaas.config": f"{module} {login};",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": self.keys,
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": self.authority,
        }


def server_properties(port: int, controller_port: int, data: Path, guarded: Mapping[str, object] = NO_GUARD) -> str:
    """One node that is broker and controller, and starts groups at once."""
    plain, controller = f"PLAINTEXT://{LOOPBACK}:{port}", f"CONTROLLER://{LOOPBACK}:{controller_port}"
    settings: dict[str, object] = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller_port}",
        "listeners": f"{plain},{controller}",
        "advertised.listeners": plain,
        "controller.listener.names": "CONTROLLER",
        "log.dirs": data,
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": 0,
        "offsets.topic.num.partitions": 3,
        "offsets.topic.replication.factor": 1,
        "transaction.state.log.num.partitions": 3,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
    }
    both = settings | dict(guarded)
    both["listeners"] = str(both["listeners"]).replace("%s", controller)
    return "".join(f"{name}={value}\n" for name, value in both.items())


if __name__ == "__main__":  # before the workers of a test run, which would all fetch them
    jars()
