"""The imitation takes and gives what Google's description allows, and nothing else."""

from typing import Any

import pytest

from tests.unit.trainer.platforms.vertex.discovery import Discovery, Method, objects, tuning_jobs

PLACE = "/v1/projects/acme/locations/us-central1/tuningJobs"
JOB = {"baseModel": "gemini-2.5-flash", "supervisedTuningSpec": {"trainingDatasetUri": "gs://a/b"}}


def found(discovery: Discovery, verb: str, path: str) -> Method:
    method = discovery.method(verb, path)
    assert method is not None
    return method


def wrong_job(**changed: Any) -> str:
    return tuning_jobs().wrong_request(found(tuning_jobs(), "POST", PLACE), {}, JOB | changed)


@pytest.mark.parametrize(
    ("verb", "path", "name"),
    [
        ("POST", PLACE, "create"),
        ("GET", PLACE, "list"),
        ("GET", f"{PLACE}/7", "get"),
        ("POST", f"{PLACE}/7:cancel", "cancel"),
    ],
)
def test_a_path_is_its_method(verb: str, path: str, name: str) -> None:
    assert found(tuning_jobs(), verb, path).name == f"aiplatform.projects.locations.tuningJobs.{name}"


def test_files_are_sent_and_shown_at_their_own_paths() -> None:
    assert found(objects(), "POST", "/upload/storage/v1/b/a/o").name == "storage.objects.insert"
    assert found(objects(), "GET", "/storage/v1/b/a/o/c%2Fd").name == "storage.objects.get"


def test_what_google_describes_is_right() -> None:
    assert not wrong_job()
    assert not wrong_job(encryptionSpec={"kms_key_name": "a"})
    assert not wrong_job(supervisedTuningSpec={"hyperParameters": {"epochCount": 3, "adapterSize": "ADAPTER_SIZE_ONE"}})


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"name": "mine"}, "body.name is not for us to say"),
        ({"model": "a"}, "body.model is unknown"),
        ({"baseModel": 7}, "body.baseModel is no string"),
        ({"labels": {"a": 1}}, "body.labels.a is no string"),
        (
            {"supervisedTuningSpec": {"hyperParameters": {"epochCount": "many"}}},
            "body.supervisedTuningSpec.hyperParameters.epochCount is no string",
        ),
        (
            {"supervisedTuningSpec": {"hyperParameters": {"adapterSize": "HUGE"}}},
            "body.supervisedTuningSpec.hyperParameters.adapterSize is none of those that are allowed",
        ),
    ],
)
def test_what_google_does_not_describe_is_wrong(changed: dict[str, Any], complaint: str) -> None:
    assert wrong_job(**changed) == complaint


def test_a_parameter_that_google_does_not_have_is_wrong() -> None:
    listing = found(tuning_jobs(), "GET", PLACE)
    assert not tuning_jobs().wrong_request(listing, {"pageSize": "10", "alt": "json"}, None)
    assert tuning_jobs().wrong_request(listing, {"page_size": "10"}, None) == "there is no parameter page_size"
