"""Training files in Cloud Storage: sent once, whole, and gone when they shall be."""

from pathlib import Path

import pytest

from ratchet_trainer.platforms.platform import PlatformAwayError, PlatformRefusedError
from ratchet_trainer.platforms.vertex.bucket import PART_BYTES
from ratchet_trainer.platforms.vertex.platform import VertexPlatform
from ratchet_trainer.platforms.vertex.settings import VertexSettings
from tests.unit.trainer.platforms.vertex.imitation import ImitatedGoogle
from tests.unit.trainer.platforms.vertex.orders import file_of, order_of, uploaded
from tests.unit.trainer.platforms.vertex.site import BUCKET

INSERT = "objects.insert"


async def test_a_file_that_is_there_whole_is_not_sent_again(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    order, file = order_of(), file_of(tmp_path)
    assert await vertex.upload(order, file) == await vertex.upload(order, file)
    assert google.asked("part") == 1
    assert google.storage.buckets[BUCKET][0].content == file.path.read_bytes()


async def test_a_file_whose_answer_was_lost_is_not_sent_again(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    order, file = order_of(), file_of(tmp_path)
    google.loses_answer("part")
    with pytest.raises(PlatformAwayError):
        await vertex.upload(order, file)
    await vertex.upload(order, file)
    assert google.asked("part") == 1


async def test_a_file_with_other_content_takes_its_place(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    order = order_of()
    await vertex.upload(order, file_of(tmp_path, content=b"old\n"))
    await vertex.upload(order, file_of(tmp_path, content=b"new\n"))  # as long as the old one
    assert [one.content for one in google.storage.buckets[BUCKET]] == [b"new\n"]


async def test_a_large_file_goes_in_parts(vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path) -> None:
    file = file_of(tmp_path, content=b"0123456789abcdef" * (PART_BYTES // 16) + b"the end\n")
    await vertex.upload(order_of(), file)
    assert google.asked("part") == 2
    assert google.storage.buckets[BUCKET][0].content == file.path.read_bytes()


async def test_a_part_that_arrives_in_part_is_gone_on_with(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    google.storage.takes = 100
    file = file_of(tmp_path, content=b"0123456789" * 25)
    await vertex.upload(order_of(), file)
    assert google.asked("part") == 3
    assert google.storage.buckets[BUCKET][0].content == file.path.read_bytes()


async def test_a_part_of_which_nothing_arrives_is_another_day(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    google.storage.takes = 0
    with pytest.raises(PlatformAwayError, match="a part of it did not arrive"):
        await vertex.upload(order_of(), file_of(tmp_path))
    google.storage.takes = None
    await vertex.upload(order_of(), file_of(tmp_path))


async def test_an_upload_that_breaks_off_leaves_nothing_half(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    google.trouble("part", 503, "Later.")
    with pytest.raises(PlatformAwayError, match="did not take the file"):
        await vertex.upload(order_of(), file_of(tmp_path))
    assert not google.storage.buckets[BUCKET]


async def test_a_file_that_changed_on_the_way_is_not_kept(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    google.trouble("part", 400, "The MD5 that you gave is not the one of what came.")
    with pytest.raises(PlatformRefusedError, match="MD5"):
        await vertex.upload(order_of(), file_of(tmp_path))


async def test_of_two_workers_who_send_at_once_one_does(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    order, file = order_of(), file_of(tmp_path)
    await vertex.upload(order, file)
    google.trouble("objects.get", 404, "No such object.")  # as it was a moment ago
    with pytest.raises(PlatformAwayError, match="Somebody else has just written"):
        await vertex.upload(order, file)
    await vertex.upload(order, file)
    assert google.storage.written == 1


async def test_a_bucket_that_is_not_there_is_refused(settings: VertexSettings, tmp_path: Path) -> None:
    vertex = VertexPlatform(settings.model_copy(update={"vertex_bucket": "nobodys-bucket"}))
    with pytest.raises(PlatformRefusedError, match=r"does not exist\. Set TRAINER_VERTEX_BUCKET"):
        await vertex.upload(order_of(), file_of(tmp_path))
    await vertex.close()


async def test_a_bucket_of_somebody_else_is_refused(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    google.trouble("objects.get", 403, "a@acme.iam does not have storage.objects.get access.")
    with pytest.raises(PlatformRefusedError, match="Storage Object Admin on the bucket"):
        await vertex.upload(order_of(), file_of(tmp_path))


@pytest.mark.parametrize("garbage", [b"<html>", b"[]", b'{"name": "a"}', b"\xff"])
async def test_an_answer_that_cannot_be_read_is_another_day(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path, garbage: bytes
) -> None:
    google.says("objects.get", garbage)
    with pytest.raises(PlatformAwayError, match="cannot be read"):
        await vertex.upload(order_of(), file_of(tmp_path))


async def test_every_generation_goes(vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path) -> None:
    order, google.storage.versioned = order_of(), True
    await vertex.upload(order, file_of(tmp_path, content=b"an earlier version\n"))
    files = await uploaded(vertex, order, tmp_path)
    assert len(google.storage.buckets[BUCKET]) == 3
    await vertex.discard(order, files)
    assert not google.storage.buckets[BUCKET]


async def test_what_was_uploaded_by_a_worker_that_died_is_removed_too(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    order = order_of()
    await uploaded(vertex, order, tmp_path)
    await vertex.discard(order, {})
    assert not google.storage.buckets[BUCKET]


async def test_files_of_other_orders_stay(vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path) -> None:
    other = order_of()
    await uploaded(vertex, other, tmp_path)
    await vertex.discard(order_of(), {})
    assert len(google.storage.buckets[BUCKET]) == 2


async def test_nothing_of_the_files_is_in_what_is_refused(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    google.trouble("part", 403, "No.")
    with pytest.raises(PlatformRefusedError) as refused:
        await vertex.upload(order_of(), file_of(tmp_path, content=b'{"text": "Ann has the flu"}\n'))
    assert "flu" not in refused.value.detail
