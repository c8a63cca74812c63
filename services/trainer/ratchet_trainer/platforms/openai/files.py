"""Training files at the platform: each by its order's name, sent once, waited for, and removed."""

import asyncio
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

from ratchet_trainer.platforms.openai.answers import FileAnswer
from ratchet_trainer.platforms.openai.calls import MOST_BYTES, Ask, Calls, Coming
from ratchet_trainer.platforms.openai.failing import PLATFORM, NotThereError
from ratchet_trainer.platforms.openai.patience import Patience
from ratchet_trainer.platforms.openai.request import file_name
from ratchet_trainer.platforms.platform import Order, PlatformAwayError, PlatformRefusedError, TrainingFile

if TYPE_CHECKING:
    from openai import AsyncOpenAI

PURPOSE: Final = "fine-tune"
MEDIA_TYPE: Final = "application/jsonl"
SLOWEST_BYTES_PER_S: Final = 64 * 1024  # a slower upload is given up
READY: Final = frozenset({"processed", "succeeded"})
BROKEN: Final = frozenset({"error", "failed", "deleting", "deleted"})
UPLOADED: Final = "uploaded"  # where some servers of its shape leave a file for good: they look at it when it is used


class Files:
    def __init__(self, calls: Calls, patience: Patience) -> None:
        self._calls, self._patience = calls, patience

    async def there(self, order: Order, file: TrainingFile) -> str:
        """Its id, once it is there whole and may be used."""
        name = file_name(order, file.side)
        same = [one for one in await self.named({name}) if one.bytes == file.bytes and one.status not in BROKEN]
        found = min(same, key=lambda one: one.created_at) if same else await self._send(name, file)
        return await self._usable(found)

    async def named(self, names: Collection[str]) -> list[FileAnswer]:
        def page(where: Mapping[str, Any]) -> Ask:
            return lambda client: client.files.with_streaming_response.list(purpose=PURPOSE, **where)

        listed = self._calls.pages("list its files", page, FileAnswer)
        return [file async for file in listed if file.filename in names]

    async def remove(self, file_id: str) -> None:
        """One that is gone already is no error."""

        def removal(client: "AsyncOpenAI") -> Coming:
            return client.files.with_streaming_response.delete(file_id)

        try:
            await self._calls.read(f"remove the file {file_id}", removal, MOST_BYTES)
        except NotThereError:
            return

    async def _send(self, name: str, file: TrainingFile) -> FileAnswer:
        """Raises PlatformAwayError where not all of it has arrived: what did is no file that `there` would take."""
        opened = await asyncio.to_thread(file.path.open, "rb")
        limit_s = self._patience.call_s + file.bytes / SLOWEST_BYTES_PER_S

        def upload(client: "AsyncOpenAI") -> Coming:
            return client.files.with_streaming_response.create(file=(name, opened, MEDIA_TYPE), purpose=PURPOSE)

        with opened:  # read while it is sent: it may have half a gigabyte
            sent = await self._calls.ask(f"take the file {name}", upload, FileAnswer, limit_s=limit_s, quoting=False)
        if sent.bytes != file.bytes:
            raise PlatformAwayError(
                f"The platform {PLATFORM} has {sent.bytes} bytes of the file {name}, which has {file.bytes}."
            )
        return sent

    async def _usable(self, file: FileAnswer) -> str:
        looks = int(self._patience.processing_s / self._patience.look_every_s)
        for _ in range(looks):
            if file.status in READY:
                return file.id
            if file.status in BROKEN:
                raise PlatformRefusedError(
                    f"The platform {PLATFORM} has taken the file {file.filename} and calls it {file.status}: it cannot "
                    "be trained on."
                )
            await asyncio.sleep(self._patience.look_every_s)
            file = await self._seen(file)
        if file.status in (*READY, UPLOADED):
            return file.id
        raise PlatformAwayError(f"The platform {PLATFORM} is still at work on the file {file.filename}.")

    async def _seen(self, file: FileAnswer) -> FileAnswer:
        def look(client: "AsyncOpenAI") -> Coming:
            return client.files.with_streaming_response.retrieve(file.id)

        try:
            return await self._calls.ask(f"show the file {file.filename}", look, FileAnswer)
        except NotThereError as error:  # not yet, or no more: the next time it is looked up, and sent if need be
            raise PlatformAwayError(error.detail) from None
