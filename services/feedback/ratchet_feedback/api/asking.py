"""What requests work on: the parts that the composition root has put together."""

from typing import Annotated

from fastapi import Depends, Request

from ratchet_feedback.settings import FeedbackSettings
from ratchet_feedback.store.feedback import MongoFeedbackStore
from ratchet_feedback.store.reports import MongoReports


def _store(request: Request) -> MongoFeedbackStore:
    store: MongoFeedbackStore = request.app.state.store
    return store


def _reports(request: Request) -> MongoReports:
    reports: MongoReports = request.app.state.reports
    return reports


def _settings(request: Request) -> FeedbackSettings:
    settings: FeedbackSettings = request.app.state.settings
    return settings


Store = Annotated[MongoFeedbackStore, Depends(_store)]
Reports = Annotated[MongoReports, Depends(_reports)]
Settings = Annotated[FeedbackSettings, Depends(_settings)]
