import os
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from ratchet_common.errors import CannotStartError
from ratchet_router.documents.files import PORTION, DocumentTooLargeError, FilePlace, NoPlaceError, files_at


async def pieces(size: int, fails: bool = False) -> AsyncGenerator[bytes, None]:
    for _ in range(size // 1000):
        yield b"x" * 1000
    if fails:
        raise ConnectionAbortedError


async def test_what_is_kept_is_there_whole_and_what_is_not_leaves_nothing(tmp_path: Path) -> None:
    files = files_at((tmp_path / "files").as_uri(), most=10 * PORTION)
    async with files.draft(pieces(3 * PORTION)) as draft:
        name = await files.keep(draft)
    assert os.listdir(tmp_path / "files") == [name]  # noqa: PTH208
    assert sum([len(piece) async for piece in files.read(name)]) == draft.size == 3 * PORTION // 1000 * 1000
    async with files.draft(pieces(1000)):
        pass
    await files.remove([name, "not-there"])
    assert not os.listdir(tmp_path / "files")  # noqa: PTH208


async def test_an_upload_that_is_too_large_or_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    files = FilePlace(tmp_path, most=5_000)
    with pytest.raises(DocumentTooLargeError):
        async with files.draft(pieces(6_000)):
            raise AssertionError
    with pytest.raises(NoPlaceError):  # as any trouble with reading or writing
        async with files.draft(pieces(2_000, fails=True)):
            raise AssertionError
    assert not os.listdir(tmp_path)  # noqa: PTH208


async def test_a_place_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    files = FilePlace(tmp_path / "file" / "below", most=5_000)
    with pytest.raises(NoPlaceError):
        async with files.draft(pieces(1_000)):
            raise AssertionError
    with pytest.raises(CannotStartError, match="ROUTER_DOCUMENTS_URL"):
        files.insist()
    with pytest.raises(CannotStartError, match="file: URL"):
        files_at("s3://bucket/folder", most=5_000)


async def test_files_are_swept_a_day_after_they_came(tmp_path: Path) -> None:
    files = FilePlace(tmp_path, most=5_000)
    names = []
    for _ in range(2):
        async with files.draft(pieces(1_000)) as draft:
            names.append(await files.keep(draft))
    (tmp_path / ".draft-x").write_text("half")
    yesterday = time.time() - 2 * 24 * 3600
    for name in (names[0], ".draft-x"):
        os.utime(tmp_path / name, (yesterday, yesterday))
    assert [found async for found in files.old()] == [[names[0]]]
    assert not (tmp_path / ".draft-x").exists()
