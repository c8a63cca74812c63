"""What lies in S3 for a job: the training files that we put there, the tables of losses that Bedrock does."""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.bedrock.curves import is_table
from ratchet_trainer.platforms.bedrock.failing import NotThereError
from ratchet_trainer.platforms.bedrock.settings import BedrockSettings
from ratchet_trainer.platforms.platform import Order, PlatformRefusedError, TrainingFile

if TYPE_CHECKING:
    from ratchet_trainer.platforms.bedrock.aws import Aws, Clients

PART_BYTES: Final = 16 * 1024**2
PARTS_AT_ONCE: Final = 4
MOST_KEYS: Final = 1000  # of what a job has left in the bucket
TABLE_BYTES: Final = 4 * 1024**2  # are read of a table


class Bucket:
    """S3's own encryption is on for every object; with a key of one's own named, that key makes it."""

    def __init__(self, aws: "Aws", settings: BedrockSettings) -> None:
        self._aws, self._settings = aws, settings

    async def keep(self, order: Order, file: TrainingFile) -> str:
        """Its URI. A file with the same length and hash is not sent again; one is there whole or not at all."""
        key = self._key(order, file.side)
        if not await self._has(key, file):
            await self._aws.run(f"take the file {self._uri(key)}", partial(self._send, key, file))
        return self._uri(key)

    def output(self, order: Order) -> str:
        return self._uri(f"{self._folder(order)}/output/")

    async def remove(self, order: Order, uris: Iterable[str]) -> None:
        """Every version of each, where the bucket keeps old ones."""
        ours = {(self._settings.bedrock_bucket, self._key(order, side)) for side in Side}
        for bucket, key in sorted(ours | {_parts(uri) for uri in uris}):
            await self._aws.run(f"remove s3://{bucket}/{key}", partial(_remove, bucket, key))

    async def tables(self, output_uri: str) -> dict[str, bytes]:
        return await self._aws.run(f"show {output_uri}", partial(_read_tables, *_parts(output_uri)))

    async def _has(self, key: str, file: TrainingFile) -> bool:
        look = partial(_head, self._settings.bedrock_bucket, key)
        try:
            head = await self._aws.run(f"look at the file {self._uri(key)}", look)
        except NotThereError:
            return False
        return head == (file.bytes, file.sha256)

    def _send(self, key: str, file: TrainingFile, clients: "Clients") -> None:
        from boto3.s3.transfer import TransferConfig

        how = TransferConfig(
            multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, max_concurrency=PARTS_AT_ONCE
        )
        with file.path.open("rb") as content:
            clients.s3.upload_fileobj(
                content, self._settings.bedrock_bucket, key, ExtraArgs=self._kept_as(file), Config=how
            )

    def _kept_as(self, file: TrainingFile) -> dict[str, Any]:
        its: dict[str, Any] = {"Metadata": {"sha256": file.sha256}, "ContentType": "application/jsonl"}
        if self._settings.bedrock_kms_key:
            its |= {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self._settings.bedrock_kms_key}
        return its

    def _folder(self, order: Order) -> str:
        return f"{self._settings.bedrock_prefix.strip('/')}/{order.token}".lstrip("/")

    def _key(self, order: Order, side: Side) -> str:
        return f"{self._folder(order)}/{side}.jsonl"

    def _uri(self, key: str) -> str:
        return f"s3://{self._settings.bedrock_bucket}/{key}"


def _head(bucket: str, key: str, clients: "Clients") -> tuple[int, str]:
    head = clients.s3.head_object(Bucket=bucket, Key=key)
    return head["ContentLength"], head["Metadata"].get("sha256", "")


def _remove(bucket: str, key: str, clients: "Clients") -> None:
    there = clients.s3.list_object_versions(Bucket=bucket, Prefix=key, MaxKeys=MOST_KEYS)
    found = [one for one in (*there.get("Versions", ()), *there.get("DeleteMarkers", ())) if one["Key"] == key]
    for one in found:
        clients.s3.delete_object(Bucket=bucket, Key=key, VersionId=one["VersionId"])


def _read_tables(bucket: str, folder: str, clients: "Clients") -> dict[str, bytes]:
    there = clients.s3.list_objects_v2(Bucket=bucket, Prefix=folder, MaxKeys=MOST_KEYS)
    keys = [one["Key"] for one in there.get("Contents", ()) if is_table(one["Key"]) and one["Size"]]
    return {key: clients.s3.get_object(Bucket=bucket, Key=key)["Body"].read(TABLE_BYTES) for key in keys}


def _parts(uri: str) -> tuple[str, str]:
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not bucket or not key:
        raise PlatformRefusedError(f"{uri[:200]} is no place in S3: one is written s3://bucket/key.")
    return bucket, key
