"""The feedback service's own knobs: how long things are kept, and when retraining falls due."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from ratchet_common.settings import CommonSettings
from ratchet_feedback.retraining import Limits


class FeedbackSettings(CommonSettings):
    model_config = SettingsConfigDict(env_prefix="FEEDBACK_", extra="forbid", frozen=True, populate_by_name=True)

    answers_kept_days: int = Field(7, ge=1, le=365, description="how long an answer's text stays to be joined with")
    pending_days: int = Field(7, ge=1, le=365, description="how long feedback waits for its answer before it expires")
    upload_bytes: int = Field(64 * 1024 * 1024, ge=1024, description="of feedback in one file; more gets 413")
    text_kept_days: int = Field(90, ge=1, le=3650, description="then comments and corrections go; the numbers stay")
    retrain_corrections: int = Field(50, ge=1, le=1_000_000, description="so many make retraining due")
    retrain_negative_share: float = Field(0.20, ge=0, le=1, description="a larger share of ratings makes it due")
    retrain_ratings: int = Field(30, ge=1, le=1_000_000, description="fewer ratings say nothing about a share")
    retrain_cool_down_hours: float = Field(24, ge=0, le=8760, description="between two triggers of a task")

    @property
    def answers_kept(self) -> timedelta:
        return timedelta(days=self.answers_kept_days)

    @property
    def patience(self) -> timedelta:
        return timedelta(days=self.pending_days)

    @property
    def text_kept(self) -> timedelta:
        return timedelta(days=self.text_kept_days)

    @property
    def limits(self) -> Limits:
        return Limits(
            corrections=self.retrain_corrections,
            negative_share=self.retrain_negative_share,
            ratings=self.retrain_ratings,
            cool_down=timedelta(hours=self.retrain_cool_down_hours),
        )
