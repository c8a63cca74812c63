from dataclasses import replace

import pytest

from ratchet_trainer.rollouts.serving import NotServedError, insist_on_platform
from tests.unit.trainer.decision_fakes import NOW, version

TUNED = version(platform="bedrock", model="arn:x")


def test_a_student_and_what_a_platform_of_the_catalogue_serves_may_have_traffic() -> None:
    insist_on_platform(version(), ())
    insist_on_platform(TUNED, {"bedrock"})


def test_what_nobody_serves_is_refused_with_what_to_do() -> None:
    with pytest.raises(NotServedError, match=r"no \[platforms\.bedrock\] to ask classification-abababab at"):
        insist_on_platform(TUNED, {"openai"})
    with pytest.raises(NotServedError, match="was removed on 2026-"):
        insist_on_platform(replace(TUNED, taken_down_at=NOW), {"bedrock"})
