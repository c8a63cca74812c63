"""`ratchet tune list`: a table of jobs, and below it why each of them is as it is."""

from typing import Any

import pytest

from ratchet_cli.tuning import list_jobs

WHY = "The file was refused before it was uploaded: line 3 has no messages, and line 7 is no JSON; " * 3


class Trainer:
    """Answers with two jobs."""

    def get(self, _path: str) -> dict[str, Any]:
        job: dict[str, Any] = {
            "job_id": "0199",
            "task_type": "qa",
            "platform": "openai",
            "base_model": "m",
            "state": "failed",
            "progress": 0.5,
            "reason": WHY,
            "estimate": None,
            "cost_usd": None,
            "version_id": None,
            "created_at": "2026-11-27T10:00:00Z",
            "made_by": "ann",
        }
        return {"items": [job, job | {"job_id": "0200", "state": "running", "reason": ""}]}


def test_a_reason_stands_in_one_piece_below_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    list_jobs(Trainer(), "", "", 20, as_json=False)  # type: ignore[arg-type]
    table, _, below = capsys.readouterr().out.rpartition("0199: ")
    assert below.strip() == WHY.strip()
    assert "why" not in table
    assert table.count("0199") == table.count("0200") == 1


def test_a_script_gets_the_jobs_alone(capsys: pytest.CaptureFixture[str]) -> None:
    list_jobs(Trainer(), "", "", 20, as_json=True)  # type: ignore[arg-type]
    assert capsys.readouterr().out.rstrip().endswith("]")
