"""What comes from outside becomes a version once, and says what is wrong where it cannot."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from ratchet_student import fit, save
from ratchet_trainer.artifacts import Artifact, ArtifactGoneError, WrongArtifactError, artifacts_at
from ratchet_trainer.platforms.platform import Tuned
from ratchet_trainer.rollouts.by_hand import activate
from ratchet_trainer.rollouts.registering import CannotRegisterError, NameTakenError, Registering, Registration, names
from ratchet_trainer.rollouts.rollout import By, Rollout
from ratchet_trainer.rollouts.student_files import fault_of
from ratchet_trainer.rollouts.versions import UnknownVersionError, VersionState, name_of, serving
from tests.unit.student.texts import mails
from tests.unit.trainer.decision_fakes import NOW, FakeDatasets, FakeRollouts, FakeVersions, dataset, example, version

TASK, NAME = "classification", "ft:small:acme::1"


def wanted(**how: Any) -> Registration:
    given: dict[str, Any] = {"tenant": "acme", "task_type": TASK, "platform": "openai", "tuned": Tuned(model=NAME)}
    return Registration(**given | {"who": "ann", "why": "tuned by hand"} | how)


async def fault_at_once(path: str, digest: str, task_type: str) -> str:
    return fault_of(path, digest, task_type)


class Bench:
    def __init__(self, store: Path) -> None:
        self.versions, self.rollouts = FakeVersions(), FakeRollouts()
        self.registering = Registering(
            versions=self.versions,
            datasets=FakeDatasets(dataset([example(n) for n in range(5)], [example(9)])),
            rollouts=self.rollouts,
            artifacts=artifacts_at(store.as_uri()),
            fault_of=fault_at_once,
            platforms=("own-server",),
            now=lambda: NOW,
        )


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_it_is_a_candidate_that_says_who_brought_it_and_why(bench: Bench) -> None:
    made, new = await bench.registering.register(wanted(dataset_id="d1", metrics={"f1": 0.9}))
    assert (new, made.state, made.registered_by, made.why) == (True, VersionState.CANDIDATE, "ann", "tuned by hand")
    assert (made.parent, made.dataset_id, made.learned_until) == ("base", "d1", NOW)
    assert (made.metrics["f1"], made.metrics["train_examples"], made.metrics["test_examples"]) == (0.9, 5.0, 1.0)
    assert (serving(made).platform, serving(made).model, serving(made).artifact) == ("openai", NAME, "")


async def test_what_serves_now_is_its_parent_unless_another_is_named(bench: Bench) -> None:
    live = version("classification-cdcdcdcd")
    bench.versions.versions[live.version_id] = live
    fresh = Rollout(tenant="acme", task_type=TASK)
    bench.rollouts.rollouts["acme", TASK] = activate(fresh, live.version_id, By("ann", "because", NOW))
    assert (await bench.registering.register(wanted()))[0].parent == live.version_id
    assert (await bench.registering.register(wanted(tuned=Tuned(model="b"), parent="base")))[0].parent == "base"


async def test_a_jobs_version_of_the_same_model_is_found(bench: Bench) -> None:
    """A job's version is named by its model, too."""
    there = version(name_of(TASK, Tuned(model=NAME).identity), platform="openai", model=NAME, artifact="", sha256="")
    await bench.versions.add(there)
    assert await bench.registering.register(wanted()) == (there, False)


async def test_another_platforms_model_of_that_name_is_another_version(bench: Bench) -> None:
    first, _ = await bench.registering.register(wanted())
    second, new = await bench.registering.register(wanted(platform="own-server"))
    assert (new, second.version_id != first.version_id) == (True, True)
    assert await bench.registering.register(wanted(platform="own-server")) == (second, False)


async def test_two_names_that_are_taken_are_said(bench: Bench) -> None:
    for version_id in names(wanted()):
        await bench.versions.add(version(version_id))
    with pytest.raises(NameTakenError, match="name the model otherwise"):
        await bench.registering.register(wanted())


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"platform": "nowhere"}, "platform: it is none of bedrock, local, lora, openai, own-server, vertex"),
        ({"tuned": Tuned()}, "model: openai serves a model by its name there"),
        ({"tuned": Tuned(model="m", artifact="file:///x", sha256="a" * 64)}, "model: openai serves"),
        ({"platform": "local"}, "artifact: a student is named by its artifact"),
        ({"platform": "local", "tuned": Tuned(artifact="file:///x")}, "artifact: a student is named"),
        (
            {"task_type": "summary", "dataset_id": "d1"},
            "dataset_id: it is for classification, and the version for summary",
        ),
    ],
)
async def test_what_cannot_be_served_is_refused(bench: Bench, how: dict[str, Any], says: str) -> None:
    with pytest.raises(CannotRegisterError) as refused:
        await bench.registering.register(wanted(**how))
    assert refused.value.detail.startswith(says)
    assert not bench.versions.versions


async def test_a_parent_is_a_version_for_the_same_task(bench: Bench) -> None:
    with pytest.raises(UnknownVersionError):
        await bench.registering.register(wanted(parent="classification-00000000"))
    other = replace(version("summary-abababab"), task_type="summary")
    await bench.versions.add(other)
    with pytest.raises(CannotRegisterError, match="parent: it is for summary"):
        await bench.registering.register(wanted(parent="summary-abababab"))


async def test_a_file_that_could_not_serve_is_refused_with_what_is_wrong_with_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    save(fit(TASK, mails(60)), tmp_path / "whole")
    whole = (tmp_path / "whole").read_bytes()
    newer = whole.replace(b'"format": 1', b'"format": 2', 1)
    faults = {
        "cut": (whole[:-100], TASK, "an array is longer than the file"),
        "newer": (newer, TASK, "has format 2, and only 1 is read here"),
        "text": (b"a student", TASK, "is no student"),
        "other": (whole, "summary", "is for classification, not for summary"),
    }
    for name, (content, task, said) in faults.items():
        (tmp_path / name).write_bytes(content)
        tuned = Tuned(artifact=(tmp_path / name).as_uri(), sha256=sha256(content).hexdigest())
        with pytest.raises(WrongArtifactError, match=said):
            await bench.registering.register(wanted(platform="local", task_type=task, tuned=tuned))
    tuned = Tuned(artifact=(tmp_path / "whole").as_uri(), sha256=sha256(whole).hexdigest())
    assert (await bench.registering.register(wanted(platform="local", tuned=tuned)))[1]


def test_an_artifact_lies_in_the_store_and_has_the_hash_that_was_named(tmp_path: Path) -> None:
    artifacts, outside = artifacts_at((tmp_path / "store").as_uri()), tmp_path / "outside"
    with artifacts.draft() as draft:
        draft.write_bytes(b"a student")
        kept = artifacts.keep(draft)
    artifacts.insist_on(kept)
    with pytest.raises(WrongArtifactError, match="another one"):
        artifacts.insist_on(Artifact(kept.url, "0" * 64))
    with pytest.raises(ArtifactGoneError):
        artifacts.insist_on(Artifact(f"{kept.url}-gone", kept.sha256))
    outside.write_bytes(b"a student")
    (tmp_path / "store" / "link").symlink_to(outside)
    link = (tmp_path / "store" / "link").as_uri()
    for url in (
        outside.as_uri(),
        f"{kept.url}/../../outside",
        link,
        "s3://x/y",
        "file://[",
        f"{kept.url}%00",
        "file:///",
    ):
        with pytest.raises(WrongArtifactError, match="TRAINER_ARTIFACTS_URL"):
            artifacts.insist_on(Artifact(url, kept.sha256))
