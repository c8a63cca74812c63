import os
import time
from pathlib import Path

import pytest

from ratchet_common.errors import CannotStartError
from ratchet_trainer.artifacts import Artifact, ArtifactGoneError, artifacts_at


def test_an_artifact_is_named_by_its_content_and_kept_once(tmp_path: Path) -> None:
    artifacts = artifacts_at((tmp_path / "models").as_uri())
    kept = []
    for _ in range(2):
        with artifacts.draft() as draft:
            draft.write_bytes(b"a student")
            kept.append(artifacts.keep(draft))
    assert kept[0] == kept[1]
    assert kept[0].url.endswith(kept[0].sha256)
    assert artifacts.path_of(kept[0]).read_bytes() == b"a student"
    assert len(list((tmp_path / "models").iterdir())) == 1


def test_a_draft_that_was_not_kept_goes(tmp_path: Path) -> None:
    artifacts = artifacts_at(tmp_path.as_uri())
    with artifacts.draft() as draft:
        draft.write_bytes(b"half of it")
    assert not list(tmp_path.iterdir())


def test_what_a_killed_trainer_left_goes_after_a_day(tmp_path: Path) -> None:
    old, new = tmp_path / ".draft-old", tmp_path / ".draft-new"
    for draft in (old, new):
        draft.touch()
    yesterday = time.time() - 25 * 3600
    os.utime(old, (yesterday, yesterday))
    artifacts_at(tmp_path.as_uri())
    assert [path.name for path in tmp_path.iterdir()] == [".draft-new"]


def test_what_is_in_use_or_young_stays_and_the_rest_goes(tmp_path: Path) -> None:
    artifacts = artifacts_at(tmp_path.as_uri())
    for name in ("old", "young", "used"):
        (tmp_path / name).touch()
    (tmp_path / "folder").mkdir()
    yesterday = time.time() - 25 * 3600
    for name in ("old", "used", "folder"):
        os.utime(tmp_path / name, (yesterday, yesterday))
    artifacts.forget_all_but({"used"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "used", "young"]


@pytest.mark.parametrize("url", ["s3://bucket/models", "models", "file:models", "file://elsewhere/models"])
def test_a_url_that_is_no_directory_stops_the_start_with_a_sentence(url: str) -> None:
    with pytest.raises(CannotStartError, match="TRAINER_ARTIFACTS_URL is"):
        artifacts_at(url)


def test_a_directory_that_cannot_be_written_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotStartError, match="cannot be written to"):
        artifacts_at((tmp_path / "file" / "models").as_uri())


def test_a_model_that_is_gone_is_named(tmp_path: Path) -> None:
    artifacts = artifacts_at(tmp_path.as_uri())
    with pytest.raises(ArtifactGoneError, match="12345678"):
        artifacts.path_of(Artifact((tmp_path / "gone").as_uri(), "12345678" * 8))


def test_names_with_spaces_are_found_again(tmp_path: Path) -> None:
    artifacts = artifacts_at((tmp_path / "our models").as_uri())
    with artifacts.draft() as draft:
        kept = artifacts.keep(draft)
    assert artifacts.path_of(kept).is_file()
