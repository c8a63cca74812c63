"""A Cloud Storage in memory: objects with generations, and files that come in parts."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from aiohttp import web


class RefusalError(Exception):
    def __init__(self, code: int, said: str, name: str = "") -> None:
        super().__init__(said)
        self.code, self.said, self.name = code, said, name


@dataclass
class Kept:
    name: str
    generation: int
    content: bytes
    kms_key: str = ""

    @property
    def md5(self) -> str:
        return base64.b64encode(hashlib.md5(self.content, usedforsecurity=False).digest()).decode()

    @property
    def told(self) -> dict[str, Any]:
        its = {"kind": "storage#object", "name": self.name, "generation": str(self.generation)}
        return its | {"size": str(len(self.content)), "md5Hash": self.md5}


@dataclass
class Upload:
    bucket: str
    name: str
    match: str
    md5: str
    kms_key: str
    content: bytes = b""


@dataclass
class ImitatedStorage:
    """`buckets`: by name, all generations of all objects, the oldest first. `versioned`: those that were overwritten
    stay. `takes`: so many bytes of a part arrive at most; None: all."""

    url: str = ""
    buckets: dict[str, list[Kept]] = field(default_factory=lambda: {"acme-training": []})
    versioned: bool = False
    takes: int | None = None
    uploads: list[Upload] = field(default_factory=list)
    written: int = 0

    def has(self, uri: str) -> bool:
        bucket, _, name = uri.removeprefix("gs://").partition("/")
        return self.live(bucket, name) is not None

    def live(self, bucket: str, name: str) -> Kept | None:
        if bucket not in self.buckets:
            raise RefusalError(404, "The specified bucket does not exist.")
        return next((one for one in reversed(self.buckets[bucket]) if one.name == name), None)

    def do(self, what: str, path: Mapping[str, str], query: Mapping[str, str], body: Any) -> Any:
        bucket = path["bucket"]
        if what == "storage.objects.insert":
            return self._begin(bucket, query, body)
        if what == "storage.objects.list":
            found = [one.told for one in self.buckets[bucket] if one.name.startswith(query["prefix"])]
            return {"kind": "storage#objects"} | ({"items": found} if found else {})
        kept = self.live(bucket, unquote(path["object"]))
        if kept is None:
            raise RefusalError(404, f"No such object: {bucket}/{path['object']}")
        if what == "storage.objects.get":
            return kept.told
        generation = int(query["generation"])
        self.buckets[bucket] = [one for one in self.buckets[bucket] if one.generation != generation]
        return web.Response(status=204)

    def _begin(self, bucket: str, query: Mapping[str, str], body: Mapping[str, str]) -> web.Response:
        upload = Upload(bucket, query["name"], query["ifGenerationMatch"], body["md5Hash"], query.get("kmsKeyName", ""))
        self._check(upload)
        self.uploads.append(upload)
        place = f"{self.url}/upload/storage/v1/b/{bucket}/o?uploadType=resumable&upload_id={len(self.uploads) - 1}"
        return web.Response(headers={"Location": place})

    def take(self, upload_id: str, part: bytes, content_range: str) -> web.Response:
        upload, told = self.uploads[int(upload_id)], re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", content_range)
        assert told is not None
        begin, end, total = map(int, told.groups())
        assert (begin, end - begin + 1) == (len(upload.content), len(part))
        assert end + 1 == total or len(part) % (256 * 1024) == 0
        upload.content += part if self.takes is None else part[: self.takes]
        if len(upload.content) == total:
            return self._finish(upload)
        arrived = {"Range": f"bytes=0-{len(upload.content) - 1}"} if upload.content else {}
        return web.Response(status=308, headers=arrived)

    def _check(self, upload: Upload) -> None:
        live = self.live(upload.bucket, upload.name)
        if upload.match != str(live.generation if live else 0):
            raise RefusalError(412, "At least one of the pre-conditions you specified did not hold.")

    def _finish(self, upload: Upload) -> web.Response:
        self._check(upload)
        self.written += 1
        kept = Kept(upload.name, 100 + self.written, upload.content, upload.kms_key)
        if kept.md5 != upload.md5:
            raise RefusalError(400, "The MD5 that you gave is not the one of what came.")
        others = self.buckets[upload.bucket]
        self.buckets[upload.bucket] = [one for one in others if self.versioned or one.name != upload.name] + [kept]
        return web.json_response(kept.told)
