"""An AWS on a socket: moto for S3 and customization jobs, and on top of it what moto does not do.

Requests to Bedrock are held against botocore's own description of them, with patterns and lengths; deployments and
provisioned throughput are kept here; and it has the bad days that it is told to have.
"""

import json
import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Thread
from typing import Any, Final
from urllib.parse import unquote

import botocore.session
from botocore.model import OperationModel, Shape
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

REGION: Final = "us-east-1"
ARNS: Final = f"arn:aws:bedrock:{REGION}:{DEFAULT_ACCOUNT_ID}"
MODELS: Final = ("amazon.nova-lite-v1:0:300k", "anthropic.claude-3-haiku-20240307-v1:0:200k")
KINDS: Final = {
    "custom-model-deployment": ("CustomModelDeployment", "customModelDeploymentArn", "modelDeploymentName", "Active"),
    "provisioned-model": ("ProvisionedModelThroughput", "provisionedModelArn", "provisionedModelName", "InService"),
}
Start = Callable[[str, list[tuple[str, str]]], object]
Environ = dict[str, Any]


@dataclass(frozen=True)
class Trouble:
    """`after`: what was asked for is done, and only its answer is another. `status` 0: none comes at all."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    after: bool = False


@dataclass
class Made:
    """`arn`: of what serves the model `of`."""

    arn: str
    name: str
    of: str
    status: str
    asked: Mapping[str, Any]
    failure_message: str = ""


@dataclass
class ImitatedAws:
    """`calls`: names of Bedrock's operations, and of S3's methods with their paths, in their order."""

    url: str = ""
    calls: list[str] = field(default_factory=list)
    made: dict[str, Made] = field(default_factory=dict)  # by name and by ARN
    serves_at_once: bool = True
    _troubles: dict[str, deque[Trouble]] = field(default_factory=lambda: defaultdict(deque))
    _moto: Any = field(default_factory=lambda: DomainDispatcherApplication(create_backend_app))

    def trouble(self, call: str, status: int, code: str = "", *, message: str = "", after: bool = False) -> None:
        """The next such call gets it. `call` may be the beginning of one."""
        body = json.dumps({"message": message}).encode() if code else b"<html>no answer of AWS's"
        self._troubles[call].append(Trouble(status, body, (("x-amzn-ErrorType", code),) if code else (), after))

    def loses_answer(self, call: str) -> None:
        self._troubles[call].append(Trouble(0, after=True))

    def says(self, call: str, body: bytes, *headers: tuple[str, str], status: int = 200) -> None:
        self._troubles[call].append(Trouble(status, body, headers))

    def job(self, name: str) -> Any:
        return get_backend("bedrock")[DEFAULT_ACCOUNT_ID][REGION].model_customization_jobs[name]

    def completes(self, name: str) -> None:
        job = self.job(name)
        if job.status == "InProgress":
            job.status = "Completed"
            job.output_model_arn = f"{ARNS}:custom-model/{job.base_model_identifier}/abcdef123456"

    def complete_all(self) -> None:
        for name in get_backend("bedrock")[DEFAULT_ACCOUNT_ID][REGION].model_customization_jobs:
            self.completes(name)

    def fails(self, name: str, why: str) -> None:
        self.job(name).status, self.job(name).failure_message = "Failed", why

    def asked(self, call: str) -> int:
        return sum(one.startswith(call) for one in self.calls)

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        asked = Asked.of(environ)
        self.calls.append(asked.call)
        trouble = self._trouble_of(asked.call)
        if trouble is None or trouble.after:
            answer = self._answer(asked, environ, start if trouble is None else _unheard)
            if trouble is None:
                return answer
            list(answer)
        if not trouble.status:
            raise ConnectionError  # the server hangs up on it
        start(f"{trouble.status} X", [("Content-Type", "application/json"), *trouble.headers])
        return [trouble.body]

    def _trouble_of(self, call: str) -> Trouble | None:
        return next((each.popleft() for name, each in self._troubles.items() if call.startswith(name) and each), None)

    def _answer(self, asked: "Asked", environ: Environ, start: Start) -> Iterable[bytes]:
        if asked.operation and (wrong := asked.wrong()):
            return _refusal(start, "ValidationException", wrong)
        kind = next((kind for kind, names in KINDS.items() if names[0] in asked.call), None)
        if asked.operation is None or kind is None:
            answer: Iterable[bytes] = self._moto(environ, start)
            return answer
        if asked.call.startswith("Create"):
            return self._create(kind, asked, start)
        name = next(iter(asked.parameters.values()))
        if name not in self.made:
            return _refusal(start, "ResourceNotFoundException", f"There is no {kind} {name}.", 404)
        return self._show(self.made[name], start) if asked.call.startswith("Get") else self._delete(name, start)

    def _create(self, kind: str, asked: "Asked", start: Start) -> Iterable[bytes]:
        _, arn_of, name_of, ready = KINDS[kind]
        name, arn = asked.parameters[name_of], f"{ARNS}:{kind}/{len(self.made):012d}"
        if name in self.made:
            return _refusal(start, "ConflictException", f"There is a {kind} {name} already.")
        of = asked.parameters.get("modelArn") or asked.parameters["modelId"]
        made = Made(arn, name, of, ready if self.serves_at_once else "Creating", asked.parameters)
        self.made |= {name: made, arn: made}
        return _json(start, {arn_of: arn})

    def _show(self, made: Made, start: Start) -> Iterable[bytes]:
        at = datetime.now(UTC).isoformat()
        told = {"status": made.status, "modelArn": made.of, "createdAt": at, "failureMessage": made.failure_message}
        names = {"customModelDeploymentArn": made.arn, "provisionedModelArn": made.arn}
        return _json(start, told | names)

    def _delete(self, name: str, start: Start) -> Iterable[bytes]:
        made = self.made[name]
        for known in (made.name, made.arn):
            del self.made[known]
        return _json(start, {})


@dataclass(frozen=True)
class Asked:
    call: str
    operation: OperationModel | None
    parameters: dict[str, Any]

    @classmethod
    def of(cls, environ: Environ) -> "Asked":
        method, path = environ["REQUEST_METHOD"], unquote(environ["PATH_INFO"])
        if "/bedrock/aws4_request" not in environ.get("HTTP_AUTHORIZATION", ""):
            return cls(f"{method} {path}", None, {})
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = Again(body)
        for operation, pattern in operations().items():
            if operation.http["method"] == method and (found := pattern.fullmatch(path)):
                return cls(operation.name, operation, found.groupdict() | json.loads(body or b"{}"))
        raise AssertionError(f"Bedrock has no operation {method} {path}")

    def wrong(self) -> str:
        assert self.operation is not None
        found = next(complaints(self.operation.input_shape, self.parameters), "")
        model = self.parameters.get("baseModelIdentifier", MODELS[0])
        return found or ("" if model in MODELS else "The provided model identifier is invalid.")


class Again:
    """A body that was read, to be read once more."""

    def __init__(self, body: bytes) -> None:
        self._left = body

    def read(self, size: int = -1) -> bytes:
        size = len(self._left) if size < 0 else size
        told, self._left = self._left[:size], self._left[size:]
        return told

    def readline(self, size: int = -1) -> bytes:
        return self.read(size)


def operations() -> dict[OperationModel, re.Pattern[str]]:
    """Each with the pattern of its path."""
    if not _operations:
        service = botocore.session.get_session().get_service_model("bedrock")
        for name in service.operation_names:
            operation = service.operation_model(name)
            path = re.sub(r"\{(\w+)\+?\}", r"(?P<\1>.+)", operation.http["requestUri"])
            _operations[operation] = re.compile(path)
        _operations.update(sorted(_operations.items(), key=lambda each: -len(each[1].pattern)))
    return _operations


_operations: dict[OperationModel, re.Pattern[str]] = {}


def complaints(shape: Shape, value: Any, where: str = "") -> Iterator[str]:
    """What the service would say: patterns, lengths and enumerations too, which botocore leaves to it."""
    if shape.type_name == "structure":
        yield from (f"{where}.{name} is missing" for name in shape.required_members if name not in value)
        yield from (f"{where}.{name} is unknown" for name in value if name not in shape.members)
        for name in value.keys() & shape.members.keys():
            yield from complaints(shape.members[name], value[name], f"{where}.{name}")
    elif shape.type_name == "list":
        for one in value:
            yield from complaints(shape.member, one, f"{where}[]")
    elif shape.type_name == "map":
        for one in value.values():
            yield from complaints(shape.value, one, f"{where}{{}}")
    elif shape.type_name == "string":
        yield from _complaints_of_text(shape, value, where)


def _complaints_of_text(shape: Shape, value: Any, where: str) -> Iterator[str]:
    its = shape.metadata
    if not isinstance(value, str):
        yield f"{where} is no string"
    elif not its.get("min", 0) <= len(value) <= its.get("max", 10_000):
        yield f"{where} has {len(value)} characters"
    elif not re.fullmatch(its.get("pattern", ".*"), value):
        yield f"{where} is not as {its['pattern']}"
    elif "enum" in its and value not in its["enum"]:
        yield f"{where} is none of {its['enum']}"


def _unheard(status: str, headers: list[tuple[str, str]]) -> Callable[[bytes], object]:
    return bytes  # anything that may be called


def _json(start: Start, told: Mapping[str, Any], status: int = 200, *headers: tuple[str, str]) -> list[bytes]:
    start(f"{status} X", [("Content-Type", "application/json"), *headers])
    return [json.dumps(told).encode()]


def _refusal(start: Start, code: str, message: str, status: int = 400) -> list[bytes]:
    return _json(start, {"message": message}, status, ("x-amzn-ErrorType", code))


class Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Nothing."""

    def connection_dropped(self, *_: object) -> None:
        self.close_connection = True


@contextmanager
def imitated_aws() -> Iterator[ImitatedAws]:
    imitation = ImitatedAws()
    for service in ("s3", "bedrock"):
        get_backend(service)[DEFAULT_ACCOUNT_ID].reset()
    server = make_server("127.0.0.1", 0, imitation, threaded=True, request_handler=Quiet)
    imitation.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield imitation
    server.shutdown()
    server.server_close()
