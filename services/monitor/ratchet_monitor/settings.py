"""The monitor's own settings."""

from datetime import timedelta
from typing import Literal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from ratchet_common.settings import CommonSettings
from ratchet_monitor.comparison import Rules
from ratchet_monitor.drift.windows import Lengths
from ratchet_monitor.drifting import DriftRules
from ratchet_monitor.held import DEFAULT_MB
from ratchet_monitor.hours import Keeping
from ratchet_scoring.advance import Limits

DEFAULT = Limits()


class MonitorSettings(CommonSettings):
    model_config = SettingsConfigDict(env_prefix="MONITOR_", extra="forbid", frozen=True, populate_by_name=True)

    raw_days: int = Field(30, ge=1, le=365, description="observations are kept, then their hours are sealed")
    hour_days: int = Field(
        90, ge=1, le=4000, description="the hourly numbers are kept; at least 2 longer than raw_days"
    )
    bucket_days: int = Field(400, ge=1, le=4000, description="the daily numbers are kept")
    held_mb: int = Field(
        DEFAULT_MB, ge=0, le=100_000, description="of memory for what finished days add up to; 0: none is held"
    )
    measured_at_once: int = Field(
        20, ge=0, le=500, description="answers of each batch of 500 whose texts are read for drift; 0: none"
    )
    min_observations: int = Field(30, ge=1, le=10_000, description="scored units of each arm, before any verdict")
    min_step_hours: float = Field(1, ge=0, le=24 * 90, description="a step lasts so long before more is given; 0: none")
    margin: float = Field(DEFAULT.margin, ge=0, lt=1, description="a canary is no worse if it loses less than this")
    saving: float = Field(DEFAULT.saving, gt=0, lt=1, description="of cost or time, that makes no worse good enough")
    slice_loss: float = Field(DEFAULT.slice_loss, ge=0, lt=1, description="that a document type or tag may lose")
    slice_units: int = Field(DEFAULT.slice_cases, ge=1, description="of each arm, before a document type or tag counts")
    drift_false_alarms_per_month: float = Field(
        1, gt=0, le=1000, description="false alarms of drift that a tenant may get: half by windows, half by streams"
    )
    drift_look_hours: float = Field(6, gt=0, le=24 * 7, description="between two comparisons of a task's windows")
    drift_current_days: int = Field(7, ge=1, le=90, description="that are compared with those before")
    drift_reference_days: int = Field(30, ge=1, le=300, description="before them")
    drift_accuracy_loss: float = Field(0.05, ge=0, lt=1, description="that accuracy may fall before it is drift")
    drift_tolerance: float = Field(0.02, ge=0, lt=1, description="within which a stream's mean may wander")
    rebuild_every_s: float = Field(0.3, gt=0, le=60, description="pause between looks for changed hours")
    compare_every_s: float = Field(0.5, gt=0, le=60, description="pause between looks for changed comparisons")
    quality_every_s: float = Field(3.0, gt=0, le=600, description="pause between looks for changed quality")

    alert_every_s: float = Field(30.0, gt=0, le=3600, description="a tenant's alert rules are looked at no more often")
    budget_every_s: float = Field(300.0, ge=0, le=86_400, description="budgets are looked at no more often")
    invoice_bytes: int = Field(32 * 1024 * 1024, ge=1024, description="of an invoice's file; more gets 413")
    alert_wait_s: float = Field(30.0, ge=0, le=3600, description="alerts of one group within so long are told together")
    alert_defaults: bool = Field(True, description="the default rules, for tenants that have not said")
    alert_secrets: dict[str, str] = Field(
        {}, description='JSON: {"name" or "tenant/name": "env:NAME" or "file:PATH"}, which receivers name'
    )
    alert_private: bool = Field(False, description="alerts may go to loopback and private addresses")
    smtp_host: str = Field("", description="sends the mail of alerts; empty: there is none")
    smtp_port: int = Field(587, ge=1, le=65535, description="of that host")
    smtp_security: Literal["starttls", "tls", "none"] = Field("starttls", description="starttls, tls or none")
    smtp_username: str = Field("", description="at that host; empty: without signing in")
    smtp_password: str = Field("", description="a reference to it: env:NAME or file:PATH")
    smtp_from: str = Field("ratchet@localhost", description="the sender's address")

    @property
    def keeping(self) -> Keeping:
        days = (self.raw_days, self.bucket_days, self.hour_days)
        return Keeping(*(timedelta(days=one) for one in days))

    @property
    def drift(self) -> DriftRules:
        return DriftRules(
            alarms_a_month=self.drift_false_alarms_per_month,
            look_every=timedelta(hours=self.drift_look_hours),
            allowed=self.drift_accuracy_loss,
            tolerance=self.drift_tolerance,
            lengths=Lengths(timedelta(days=self.drift_current_days), timedelta(days=self.drift_reference_days)),
        )

    @property
    def rules(self) -> Rules:
        limits = Limits(self.margin, self.saving, self.slice_loss, self.slice_units)
        return Rules(limits, self.min_observations, timedelta(hours=self.min_step_hours))
