"""Vertex on a bad day: each has its own refusal that says what to do, or is waited out."""

from dataclasses import replace
from pathlib import Path

import pytest

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.platform import PlatformAwayError, PlatformRefusedError, RunState
from ratchet_trainer.platforms.vertex.platform import VertexPlatform
from ratchet_trainer.platforms.vertex.settings import VertexSettings
from tests.unit.trainer.platforms.vertex.imitation import ImitatedGoogle
from tests.unit.trainer.platforms.vertex.orders import created, file_of, order_of
from tests.unit.trainer.platforms.vertex.site import BUCKET

CREATE, LIST, GET = (f"tuningJobs.{what}" for what in ("create", "list", "get"))


@pytest.mark.parametrize("missing", ["vertex_project", "vertex_bucket"])
async def test_a_setting_that_is_missing_is_named_when_a_job_wants_it(
    settings: VertexSettings, tmp_path: Path, missing: str
) -> None:
    vertex = VertexPlatform(settings.model_copy(update={missing: ""}))
    with pytest.raises(PlatformRefusedError, match=f"needs TRAINER_{missing.upper()}"):
        await vertex.upload(order_of(), file_of(tmp_path))


@pytest.mark.parametrize("wrong", ["file:/nowhere/key.json", "env:NOBODY_SET_THIS", "hunter2"])
async def test_credentials_that_are_not_there_are_refused(settings: VertexSettings, tmp_path: Path, wrong: str) -> None:
    vertex = VertexPlatform(settings.model_copy(update={"vertex_credentials": wrong}))
    with pytest.raises(PlatformRefusedError, match="TRAINER_VERTEX_CREDENTIALS"):
        await vertex.upload(order_of(), file_of(tmp_path))
    await vertex.close()


async def test_an_account_whose_key_was_withdrawn_is_refused(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    google.token_status = 400
    with pytest.raises(PlatformRefusedError, match=r"lets nobody in.*TRAINER_VERTEX_CREDENTIALS"):
        await vertex.upload(order_of(), file_of(tmp_path))


async def test_a_token_that_nobody_knows_is_refused(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    order = order_of()
    await vertex.find(order)
    google.good_tokens.clear()
    with pytest.raises(PlatformRefusedError, match=r"401 UNAUTHENTICATED.*TRAINER_VERTEX_CREDENTIALS"):
        await vertex.find(order)


async def test_what_is_not_allowed_names_the_roles(settings: VertexSettings, tmp_path: Path) -> None:
    vertex = VertexPlatform(settings.model_copy(update={"vertex_project": "somebody-elses"}))
    with pytest.raises(PlatformRefusedError, match=r"403 PERMISSION_DENIED.*Vertex AI User"):
        await created(vertex, order_of(), tmp_path)
    await vertex.close()


async def test_a_model_that_vertex_does_not_tune_is_refused(vertex: VertexPlatform, tmp_path: Path) -> None:
    with pytest.raises(PlatformRefusedError, match="gemini-9 is not supported"):
        await created(vertex, order_of("gemini-9"), tmp_path)


async def test_a_file_that_is_not_there_makes_no_job(vertex: VertexPlatform, google: ImitatedGoogle) -> None:
    with pytest.raises(PlatformRefusedError, match="There is no gs://"):
        await vertex.create(order_of(), {Side.TRAIN: f"gs://{BUCKET}/nothing.jsonl"})
    assert not google.jobs


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_bad_hour_of_googles_is_waited_out(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path, status: int
) -> None:
    order = order_of()
    google.trouble(CREATE, status, "Later.", retry_after="7")
    with pytest.raises(PlatformAwayError, match=f"did not create the job {order.name}") as away:
        await created(vertex, order, tmp_path)
    assert away.value.retry_after_s == 7
    assert google.asked(CREATE) == 1  # who runs the job has the patience
    assert await created(vertex, order, tmp_path) in google.jobs


async def test_a_new_project_is_waited_for(vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path) -> None:
    google.trouble(CREATE, 400, "Service agents are being made.", name="FAILED_PRECONDITION")
    with pytest.raises(PlatformAwayError, match="Service agents") as away:
        await created(vertex, order_of(), tmp_path)
    assert away.value.retry_after_s > 0


@pytest.mark.parametrize(
    "garbage",
    [b"<html>Welcome to the hotel", b"[]", b'"no"', b"\xff\xfe", b"{}", b'{"state": "DANCING"}', b'{"name": 7}'],
)
async def test_an_answer_that_cannot_be_read_is_another_day(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path, garbage: bytes
) -> None:
    run_id = await created(vertex, order_of(), tmp_path)
    google.says(GET, garbage)
    with pytest.raises(PlatformAwayError):
        await vertex.status(run_id)
    assert (await vertex.status(run_id)).state is RunState.WAITING


async def test_a_page_that_is_no_answer_of_googles_is_another_day(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    google.says(LIST, b"<html>no answer of Google's", 503)
    with pytest.raises(PlatformAwayError, match="503"):
        await vertex.find(order_of())


async def test_nobody_at_the_other_end_is_another_day(settings: VertexSettings) -> None:
    vertex = VertexPlatform(settings.model_copy(update={"vertex_base_url": "http://127.0.0.1:9"}))
    with pytest.raises(PlatformAwayError, match="ConnectError"):
        await vertex.find(order_of())
    await vertex.close()


async def test_a_server_of_tokens_that_is_away_is_another_day(
    vertex: VertexPlatform, google: ImitatedGoogle, settings: VertexSettings, tmp_path: Path
) -> None:
    key = tmp_path / "key.json"
    key.write_text(key.read_text().replace(google.url, "http://127.0.0.1:9"))
    with pytest.raises(PlatformAwayError, match="gives no token"):
        await vertex.find(order_of())


async def test_pairs_of_answers_are_refused(vertex: VertexPlatform, tmp_path: Path) -> None:
    with pytest.raises(PlatformRefusedError, match="does not tune by dpo"):
        await created(vertex, replace(order_of(), method="dpo"), tmp_path)


@pytest.mark.parametrize(
    ("wrong", "named"), [({"batch_size": 8}, "batch_size"), ({"adapter_size": 3}, "adapter of size 3")]
)
async def test_what_vertex_has_no_words_for_is_refused(
    vertex: VertexPlatform, tmp_path: Path, wrong: dict[str, int], named: str
) -> None:
    with pytest.raises(PlatformRefusedError, match=named):
        await created(vertex, order_of(hyperparameters=wrong), tmp_path)
