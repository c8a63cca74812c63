"""The monitor's own settings."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from ratchet_common.settings import CommonSettings
from ratchet_monitor.comparison import Rules
from ratchet_monitor.hours import Keeping
from ratchet_scoring.advance import Limits

DEFAULT = Limits()


class MonitorSettings(CommonSettings):
    model_config = SettingsConfigDict(env_prefix="MONITOR_", extra="forbid", frozen=True, populate_by_name=True)

    raw_days: int = Field(30, ge=1, le=365, description="observations are kept, then their hours are sealed")
    bucket_days: int = Field(400, ge=1, le=4000, description="the hourly numbers are kept")
    min_observations: int = Field(30, ge=1, le=10_000, description="scored units of each arm, before any verdict")
    min_step_hours: float = Field(1, ge=0, le=24 * 90, description="a step lasts so long before more is given; 0: none")
    margin: float = Field(DEFAULT.margin, ge=0, lt=1, description="a canary is no worse if it loses less than this")
    saving: float = Field(DEFAULT.saving, gt=0, lt=1, description="of cost or time, that makes no worse good enough")
    slice_loss: float = Field(DEFAULT.slice_loss, ge=0, lt=1, description="that a document type or tag may lose")
    slice_units: int = Field(DEFAULT.slice_cases, ge=1, description="of each arm, before a document type or tag counts")
    rebuild_every_s: float = Field(0.3, gt=0, le=60, description="pause between looks for changed hours")
    compare_every_s: float = Field(0.5, gt=0, le=60, description="pause between looks for changed comparisons")
    quality_every_s: float = Field(3.0, gt=0, le=600, description="pause between looks for changed quality")

    @property
    def keeping(self) -> Keeping:
        return Keeping(timedelta(days=self.raw_days), timedelta(days=self.bucket_days))

    @property
    def rules(self) -> Rules:
        limits = Limits(self.margin, self.saving, self.slice_loss, self.slice_units)
        return Rules(limits, self.min_observations, timedelta(hours=self.min_step_hours))
