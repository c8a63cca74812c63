"""The training files in Cloud Storage, by its JSON API."""

import asyncio
import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import quote

import msgspec

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.platform import Order, PlatformAwayError, PlatformRefusedError, TrainingFile
from ratchet_trainer.platforms.vertex.failing import MORE_TO_COME, ChangedError, NotThereError
from ratchet_trainer.platforms.vertex.settings import VertexSettings

if TYPE_CHECKING:
    from ratchet_trainer.platforms.vertex.google import Google

PART_BYTES: Final = 16 * 1024**2  # a multiple of 256 KiB, as Storage wants them
MOST_GENERATIONS: Final = 1000


class Stored(msgspec.Struct, frozen=True, rename="camel"):
    """Storage writes whole numbers as strings. `generation`: of the content; another one has another number."""

    name: str
    generation: str
    size: str = "0"
    md5_hash: str = ""


class Listed(msgspec.Struct, frozen=True):
    items: tuple[Stored, ...] = ()


Answer = TypeVar("Answer", bound=msgspec.Struct)


class Bucket:
    """A file is there whole or not at all; Storage itself compares it with the MD5 that is told before."""

    def __init__(self, google: "Google", settings: VertexSettings) -> None:
        self._google, self._settings = google, settings

    async def keep(self, order: Order, file: TrainingFile) -> str:
        """Its URI. A file with the same length and hash is not sent again."""
        key = self._key(order, file.side)
        md5 = await asyncio.to_thread(md5_of, file.path)
        there = await self._there(key)
        if there is None or (there.size, there.md5_hash) != (str(file.bytes), md5):
            await self._send(key, file, md5, there.generation if there else "0")
        return self._uri(key)

    async def remove(self, order: Order, uris: Iterable[str]) -> None:
        """Every generation of each, where the bucket keeps old ones. One that deletes softly keeps them for as long as
        its own policy says."""
        ours = {(self._settings.vertex_bucket, self._key(order, side)) for side in Side}
        for bucket, key in sorted(ours | {_parts(uri) for uri in uris}):
            for one in await self._generations(bucket, key):
                await self._remove(bucket, one)

    async def _there(self, key: str) -> Stored | None:
        try:
            answer = await self._google.store(
                f"show the file {self._uri(key)}", "GET", _object(self._settings.vertex_bucket, key)
            )
        except NotThereError:
            return None
        return _read(answer.content, Stored)

    async def _send(self, key: str, file: TrainingFile, md5: str, generation: str) -> None:
        """`generation`: of what it takes the place of, 0 for nothing: of two workers, one does it."""
        doing = f"take the file {self._uri(key)}"
        try:
            place = await self._begin(doing, key, md5, generation)
            with file.path.open("rb") as content:
                sent = 0
                while sent < file.bytes:
                    content.seek(sent)
                    part = await asyncio.to_thread(content.read, PART_BYTES)
                    sent = await self._send_part(doing, place, part, sent, file.bytes)
        except NotThereError as error:
            raise PlatformRefusedError(f"{error.detail} Set TRAINER_VERTEX_BUCKET to a bucket that is there.") from None
        except ChangedError:
            raise PlatformAwayError(f"Somebody else has just written {self._uri(key)}: look again.") from None

    async def _begin(self, doing: str, key: str, md5: str, generation: str) -> str:
        """Where the parts go."""
        params = {"uploadType": "resumable", "name": key, "ifGenerationMatch": generation}
        if self._settings.vertex_kms_key:
            params["kmsKeyName"] = self._settings.vertex_kms_key
        answer = await self._google.store(
            doing,
            "POST",
            f"/upload/storage/v1/b/{self._settings.vertex_bucket}/o",
            params=params,
            json={"contentType": "application/jsonl", "md5Hash": md5},
        )
        place = answer.headers.get("location", "")
        if not place:
            raise PlatformAwayError(f"Google did not {doing}: it did not say where to.")
        return place

    async def _send_part(self, doing: str, place: str, part: bytes, sent: int, total: int) -> int:
        """How much has arrived in all. Some parts arrive in part."""
        headers = {"Content-Range": f"bytes {sent}-{sent + len(part) - 1}/{total}"}
        answer = await self._google.store(doing, "PUT", place, content=part, headers=headers)
        if answer.status_code != MORE_TO_COME:
            return total
        _, _, last = answer.headers.get("range", "").rpartition("-")
        arrived = int(last) + 1 if last.isdigit() else 0
        if not sent < arrived <= sent + len(part):
            raise PlatformAwayError(f"Google did not {doing}: a part of it did not arrive.")
        return arrived

    async def _generations(self, bucket: str, key: str) -> list[Stored]:
        params = {"prefix": key, "versions": "true", "maxResults": str(MOST_GENERATIONS)}
        answer = await self._google.store(
            f"list gs://{bucket}/{key}", "GET", f"/storage/v1/b/{bucket}/o", params=params
        )
        return [one for one in _read(answer.content, Listed).items if one.name == key]

    async def _remove(self, bucket: str, one: Stored) -> None:
        url, params = _object(bucket, one.name), {"generation": one.generation}
        try:
            await self._google.store(f"remove gs://{bucket}/{one.name}", "DELETE", url, params=params)
        except NotThereError:
            return

    def _key(self, order: Order, side: Side) -> str:
        return f"{self._settings.vertex_prefix}/{order.token}/{side}.jsonl".lstrip("/")

    def _uri(self, key: str) -> str:
        return f"gs://{self._settings.vertex_bucket}/{key}"


def md5_of(path: Path) -> str:
    """In base64, as Storage has it. It tells whether the same bytes arrived, and keeps no secret."""
    with path.open("rb") as content:
        return base64.b64encode(hashlib.file_digest(content, _md5).digest()).decode()


def _md5() -> "hashlib._Hash":
    return hashlib.md5(usedforsecurity=False)


def _object(bucket: str, key: str) -> str:
    return f"/storage/v1/b/{bucket}/o/{quote(key, safe='')}"


def _read(answer: bytes, kind: type[Answer]) -> Answer:
    try:
        return msgspec.json.decode(answer, type=kind)
    except msgspec.DecodeError as error:
        raise PlatformAwayError(f"Cloud Storage answered what cannot be read: {error}.") from None


def _parts(uri: str) -> tuple[str, str]:
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "gs" or not bucket or not key:
        raise PlatformRefusedError(f"{uri[:200]} is no place in Cloud Storage: one is written gs://bucket/key.")
    return bucket, key
