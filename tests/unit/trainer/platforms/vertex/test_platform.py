"""Vertex before an imitation of Google on a socket: what is sent, how often, and what comes of each bad day."""

from pathlib import Path

import pytest

from ratchet_trainer.platforms.platform import PlatformAwayError, PlatformRefusedError, RunGoneError, RunState
from ratchet_trainer.platforms.vertex.platform import VertexPlatform
from ratchet_trainer.platforms.vertex.settings import VertexSettings
from tests.unit.trainer.platforms.vertex.imitation import PARENTS, ImitatedGoogle
from tests.unit.trainer.platforms.vertex.orders import GEMINI, created, order_of
from tests.unit.trainer.platforms.vertex.site import BUCKET

CREATE, LIST, GET, CANCEL = (f"tuningJobs.{what}" for what in ("create", "list", "get", "cancel"))


async def test_the_job_says_all_that_was_ordered(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    order = order_of(hyperparameters={"epochs": 3, "learning_rate_multiplier": 1.5, "adapter_size": 4})
    job = google.jobs[await created(vertex, order, tmp_path)]
    assert (job["baseModel"], job["tunedModelDisplayName"]) == (GEMINI, order.name)
    assert job["supervisedTuningSpec"] == {
        "trainingDatasetUri": f"gs://{BUCKET}/ratchet/{order.token}/train.jsonl",
        "validationDatasetUri": f"gs://{BUCKET}/ratchet/{order.token}/validation.jsonl",
        "exportLastCheckpointOnly": True,
        "hyperParameters": {"epochCount": "3", "learningRateMultiplier": 1.5, "adapterSize": "ADAPTER_SIZE_FOUR"},
    }
    assert job["labels"] == {
        "ratchet-tenant": "acme___sons",
        "ratchet-task": "summary",
        "ratchet-job": order.token,
    }


async def test_an_order_is_one_job(vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path) -> None:
    order = order_of()
    assert await created(vertex, order, tmp_path) == await created(vertex, order, tmp_path)
    assert google.asked(CREATE) == 1


async def test_a_job_whose_answer_was_lost_is_found(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    order = order_of()
    google.loses_answer(CREATE)
    with pytest.raises(PlatformAwayError, match="it did not answer"):
        await created(vertex, order, tmp_path)
    run_id = await created(vertex, order, tmp_path)
    assert run_id == await vertex.find(order)
    assert google.asked(CREATE) == len(google.jobs) == 1


async def test_a_job_is_found_behind_many_others(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    order = order_of()
    run_id = await created(vertex, order, tmp_path)
    for number in range(250):
        name = f"{PARENTS[1]}/tuningJobs/{5000 + number}"
        google.jobs[name] = {"name": name, "tunedModelDisplayName": f"ratchet-{number}", "state": "JOB_STATE_RUNNING"}
    assert await vertex.find(order) == run_id
    assert google.asked(LIST) == 1 + 3  # pages of 100


async def test_what_has_come_out_is_its_endpoint(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    run_id = await created(vertex, order_of(), tmp_path)
    with pytest.raises(PlatformRefusedError, match="has no model: it is JOB_STATE_PENDING"):
        await vertex.result(run_id)
    google.hours_pass()
    google.hours_pass()
    assert (await vertex.result(run_id)).model == f"endpoints/{run_id.rpartition('/')[2]}"


async def test_an_endpoint_that_is_not_there_yet_is_waited_for(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    run_id = await created(vertex, order_of(), tmp_path)
    google.jobs[run_id]["state"] = "JOB_STATE_SUCCEEDED"
    with pytest.raises(PlatformAwayError, match="does not yet name the endpoint"):
        await vertex.result(run_id)


async def test_what_it_bills_and_left_out_is_told(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    run_id = await created(vertex, order_of(), tmp_path)
    assert (await vertex.status(run_id)).trained_tokens is None
    google.hours_pass()
    google.hours_pass()
    assert (await vertex.status(run_id)).trained_tokens == 3 * 1200
    assert [(event.level, event.message) for event in await vertex.events(run_id)] == [
        ("info", "The job was created."),
        ("info", "Training has begun."),
        ("warn", "Vertex left out 2 of the examples."),
        ("info", "The job has ended: succeeded."),
    ]


async def test_what_vertex_says_of_a_failed_job_is_told(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    run_id = await created(vertex, order_of(), tmp_path)
    google.fails(run_id, "The dataset has too few examples. " * 40)
    status = await vertex.status(run_id)
    assert (status.state, status.reason[:33]) == (RunState.FAILED, "The dataset has too few examples.")
    assert len(status.reason) == 500
    assert (await vertex.events(run_id))[-1].level == "error"


async def test_a_job_is_cancelled_once(vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path) -> None:
    run_id = await created(vertex, order_of(), tmp_path)
    await vertex.cancel(run_id)
    await vertex.cancel(run_id)
    assert (await vertex.status(run_id)).state is RunState.RUNNING  # it may still come out whole
    google.hours_pass()
    await vertex.cancel(run_id)
    assert (await vertex.status(run_id)).state is RunState.CANCELLED
    assert google.asked(CANCEL) == 1


async def test_a_job_that_cannot_be_cancelled_yet_is_cancelled_later(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    run_id = await created(vertex, order_of(), tmp_path)
    google.trouble(CANCEL, 400, "It is being prepared.", name="FAILED_PRECONDITION")
    with pytest.raises(PlatformAwayError, match="cannot cancel the job"):
        await vertex.cancel(run_id)


async def test_a_job_that_ends_while_it_is_cancelled_stays_as_it_is(
    vertex: VertexPlatform, google: ImitatedGoogle, tmp_path: Path
) -> None:
    run_id = await created(vertex, order_of(), tmp_path)
    google.jobs[run_id]["state"] = "JOB_STATE_SUCCEEDED"
    google.says(GET, b'{"name": "%b", "state": "JOB_STATE_RUNNING"}' % run_id.encode())  # as it was a moment ago
    await vertex.cancel(run_id)
    assert (await vertex.status(run_id)).state is RunState.SUCCEEDED
    assert google.asked(CANCEL) == 1


async def test_a_run_that_vertex_does_not_know_is_gone(vertex: VertexPlatform) -> None:
    with pytest.raises(RunGoneError, match="knows no tuning job run-x"):
        await vertex.status("run-x")


async def test_a_key_of_ones_own_encrypts_files_and_model(
    settings: VertexSettings, google: ImitatedGoogle, tmp_path: Path
) -> None:
    key = "projects/acme/locations/us-central1/keyRings/a/cryptoKeys/b"
    vertex = VertexPlatform(settings.model_copy(update={"vertex_kms_key": key}))
    run_id = await created(vertex, order_of(), tmp_path)
    assert google.jobs[run_id]["encryptionSpec"] == {"kms_key_name": key}
    assert {one.kms_key for one in google.storage.buckets[BUCKET]} == {key}
    await vertex.close()


async def test_no_losses_are_told(vertex: VertexPlatform, tmp_path: Path) -> None:
    assert not (await vertex.metrics(await created(vertex, order_of(), tmp_path))).curves
