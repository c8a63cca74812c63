"""The knobs of training jobs: what they wait for, where they run, and what they may cost."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from ratchet_trainer.data_settings import DataSettings
from ratchet_trainer.platforms.bedrock.settings import BedrockSettings
from ratchet_trainer.platforms.local import Modesty
from ratchet_trainer.platforms.lora.settings import LoraSettings
from ratchet_trainer.platforms.openai.settings import OpenAISettings
from ratchet_trainer.platforms.vertex.settings import VertexSettings
from ratchet_trainer.tuning.base_models import PlatformName
from ratchet_trainer.tuning.base_models_file import SHIPPED
from ratchet_trainer.tuning.budget import Budget
from ratchet_trainer.tuning.jobs import Patience, Recipe


class JobSettings(OpenAISettings, BedrockSettings, VertexSettings, LoraSettings, DataSettings):
    model_config = SettingsConfigDict(env_prefix="TRAINER_", extra="forbid", frozen=True, populate_by_name=True)

    base_models: Path = Field(SHIPPED, description="what can be tuned, where and for how much, as TOML")
    retrain_platform: PlatformName = Field("local", description="where what falls due is trained")
    retrain_base_model: str = Field("", max_length=200, description="on what; empty: the platform's first")
    job_wait_days: float = Field(7, ge=0, le=365, description="how long a triggered job waits for enough examples")
    job_attempts: int = Field(5, ge=1, le=100, description="at one step, where something broke")
    job_limit_hours: float = Field(72, gt=0, le=10_000, description="what runs longer at a platform is ended")
    job_max_usd: float | None = Field(100, ge=0, description="a job whose estimate is above is refused; empty: none is")
    month_max_usd: float | None = Field(None, ge=0, description="as job_max_usd, of a tenant's jobs in a month")
    platform_patience_hours: float = Field(24, gt=0, le=10_000, description="a job fails whose platform is away longer")
    platform_settle_s: float = Field(
        60,
        ge=0,
        le=3600,
        description="until a platform lists what it was sent and did not answer; then it is sent anew",
    )
    platform_calls_per_s: float = Field(
        20, gt=0, le=1000, description="requests of a trainer to all platforms together"
    )
    unused_days: float = Field(
        7,
        ge=0,
        le=3650,
        description="what a run or a version that serves no more has at its platform stays so long; 0: for ever",
    )
    student_score: float = Field(
        0.9, ge=0, le=1, description="of a student's own answers, by held-out ones: the less sure go to larger models"
    )
    student_coverage: float = Field(
        0.7, gt=0, le=1, description="of requests it answers itself, even where they score less; 1: all of them"
    )
    keep_uploads: bool = Field(False, description="on: training files stay at the platform when their job has ended")

    @property
    def patience(self) -> Patience:
        return Patience(
            wait=timedelta(days=self.job_wait_days),
            attempts=self.job_attempts,
            away=timedelta(hours=self.platform_patience_hours),
            run=timedelta(hours=self.job_limit_hours),
            settle=timedelta(seconds=self.platform_settle_s),
        )

    @property
    def modesty(self) -> Modesty:
        return Modesty(self.student_score, self.student_coverage)

    @property
    def budget(self) -> Budget:
        return Budget(self.job_max_usd, self.month_max_usd)

    @property
    def retrain_recipe(self) -> Recipe:
        return Recipe(base_model=self.retrain_base_model)
