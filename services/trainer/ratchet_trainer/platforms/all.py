"""The platforms that there are, each behind the same pace."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from ratchet_common.workers import Workers
from ratchet_trainer.artifacts import FileArtifacts
from ratchet_trainer.platforms.bedrock.platform import BedrockPlatform
from ratchet_trainer.platforms.local import LocalPlatform
from ratchet_trainer.platforms.lora.composing import lora_platform
from ratchet_trainer.platforms.openai.composing import openai_platform
from ratchet_trainer.platforms.pace import Pace, Paced
from ratchet_trainer.platforms.platform import TuningPlatform
from ratchet_trainer.platforms.vertex.platform import VertexPlatform
from ratchet_trainer.settings import TrainerSettings


@asynccontextmanager
async def tuning_platforms(
    settings: TrainerSettings, fitting: Workers, artifacts: FileArtifacts
) -> AsyncIterator[Mapping[str, TuningPlatform]]:
    """By name. One that lacks a setting says so when a job asks for it: most who run a trainer use one or two."""
    local = LocalPlatform(
        fitting, artifacts, seed=settings.seed, limit_s=settings.fit_limit_s, modesty=settings.modesty
    )
    pace = Pace(settings.platform_calls_per_s)
    async with AsyncExitStack() as stack:
        elsewhere = (
            openai_platform(settings),
            BedrockPlatform(settings),
            VertexPlatform(settings),
            lora_platform(settings, artifacts, settings.patience.run),
        )
        for platform in elsewhere:
            stack.push_async_callback(platform.close)
        yield {local.name: local} | {platform.name: Paced(platform, pace) for platform in elsewhere}


def names(platforms: Mapping[str, TuningPlatform], *, here: bool) -> frozenset[str]:
    """Of those whose runs are in this process, or of the others."""
    return frozenset(name for name, platform in platforms.items() if platform.in_process is here)
