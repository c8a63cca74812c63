"""The platforms that there are, each behind the same pace."""

from collections.abc import Mapping

from ratchet_common.workers import Workers
from ratchet_trainer.artifacts import FileArtifacts
from ratchet_trainer.platforms.local import LocalPlatform
from ratchet_trainer.platforms.platform import TuningPlatform
from ratchet_trainer.settings import TrainerSettings


def tuning_platforms(
    settings: TrainerSettings, fitting: Workers, artifacts: FileArtifacts
) -> Mapping[str, TuningPlatform]:
    local = LocalPlatform(fitting, artifacts, seed=settings.seed, limit_s=settings.fit_limit_s)
    return {local.name: local}


def names(platforms: Mapping[str, TuningPlatform], *, here: bool) -> frozenset[str]:
    """Of those whose runs are in this process, or of the others."""
    return frozenset(name for name, platform in platforms.items() if platform.in_process is here)
