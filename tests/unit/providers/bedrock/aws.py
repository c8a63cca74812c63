"""What AWS's own library says of our requests and answers, and frames as AWS writes them."""

import base64
import json
import struct
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.model import OperationModel, Shape
from botocore.serialize import create_serializer
from botocore.validate import ParamValidator

from ratchet_providers.bedrock.eventstream import Frame
from ratchet_providers.bedrock.signing import Keys

HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nTransfer-Encoding: chunked\r\n"
    b"x-amzn-RequestId: 9f3c\r\n\r\n"
)
END = b"0\r\n\r\n"


def operation(name: str = "Converse") -> OperationModel:
    return _service().operation_model(name)


@cache
def _service() -> Any:
    return botocore.session.Session().get_service_model("bedrock-runtime")


def complaints(shape: Shape, value: Mapping[str, Any]) -> str:
    """What botocore's validator says of a body of ours; nothing where it is content."""
    return str(ParamValidator().validate(as_python(shape, value), shape).generate_report())


def as_python(shape: Shape, value: Any) -> Any:
    """As callers of botocore write it: base64 becomes bytes."""
    if shape.type_name == "blob":
        return base64.b64decode(value, validate=True)
    if shape.type_name == "structure" and not getattr(shape, "is_document_type", False):
        members = shape.members
        return {name: as_python(members[name], one) if name in members else one for name, one in value.items()}
    if shape.type_name == "list":
        return [as_python(shape.member, one) for one in value]
    return value


def serialized(model: str, body: Mapping[str, Any], name: str = "Converse") -> tuple[str, Any]:
    """The path and the body that botocore would send for the same."""
    shape = operation(name).input_shape
    params = as_python(shape, {"modelId": model, **body})
    request = create_serializer("rest-json").serialize_to_request(params, operation(name))
    return request["url_path"], json.loads(request["body"])


def signed(keys: Keys, url: str, body: bytes, at: int, region: str) -> dict[str, str]:
    """The head of a request that botocore has signed, at a time that is given. Names in small letters."""
    signer = SigV4Auth(Credentials(keys.access_key, keys.secret_key, keys.session_token or None), "bedrock", region)
    request = AWSRequest("POST", url, headers={"Content-Type": "application/json"}, data=body)
    request.context["timestamp"] = datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")
    signer._modify_request_before_signing(request)
    del request.headers["X-Amz-Date"]
    request.headers["X-Amz-Date"] = request.context["timestamp"]
    canonical = signer.canonical_request(request)
    signature = signer.signature(signer.string_to_sign(request, canonical), request)
    signer._inject_signature_to_request(request, signature)
    return {name.lower(): value for name, value in request.headers.items()}


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    raw = b"".join(
        struct.pack(">B", len(name.encode()))
        + name.encode()
        + struct.pack(">BH", 7, len(value.encode()))
        + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack(">II", 16 + len(raw) + len(payload), len(raw))
    whole = prelude + struct.pack(">I", zlib.crc32(prelude)) + raw + payload
    return whole + struct.pack(">I", zlib.crc32(whole))


def headers_of(kind: str) -> dict[str, str]:
    return {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}


def event(kind: str, **payload: Any) -> bytes:
    """With the padding against listeners that Bedrock adds."""
    return frame(headers_of(kind), json.dumps({**payload, "p": "abcdef"}).encode())


def frames_of(*events: tuple[str, dict[str, Any]]) -> list[Frame]:
    return [Frame(headers_of(kind), json.dumps(payload).encode()) for kind, payload in events]


def exception(kind: str, message: str, **more: Any) -> bytes:
    headers = {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}
    return frame(headers, json.dumps({"message": message, **more}).encode())


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(body), body)


def whole(body: Any, status: int = 200, *headers: str) -> bytes:
    told = json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", "Content-Type: application/json", *headers, f"Content-Length: {len(told)}"]
    return "\r\n".join([*lines, "", ""]).encode() + told


def answer_of(*content: Any, stop: str = "end_turn", **usage: Any) -> dict[str, Any]:
    counted = {"inputTokens": 20, "outputTokens": 3, "totalTokens": 23} | usage
    return {
        "output": {"message": {"role": "assistant", "content": list(content)}},
        "stopReason": stop,
        "usage": counted,
        "metrics": {"latencyMs": 812},
    }
