"""What requests work on: the parts that the composition root has put together."""

from typing import Annotated

from fastapi import Depends, Query, Request

from ratchet_common.vocabulary import TaskType
from ratchet_feedback.rollups.hearing import Hearing
from ratchet_feedback.settings import FeedbackSettings
from ratchet_feedback.store.analysis import MongoAnalysis
from ratchet_feedback.store.feedback import MongoFeedbackStore
from ratchet_feedback.store.reports import MongoReports
from ratchet_feedback.store.sessions import MongoSessionStore
from ratchet_feedback.store.tallies import MongoTallyStore

TaskName = Annotated[str | None, Query(max_length=100, description=f"one of {', '.join(TaskType)}")]


def _store(request: Request) -> MongoFeedbackStore:
    store: MongoFeedbackStore = request.app.state.store
    return store


def _reports(request: Request) -> MongoReports:
    reports: MongoReports = request.app.state.reports
    return reports


def _sessions(request: Request) -> MongoSessionStore:
    sessions: MongoSessionStore = request.app.state.sessions
    return sessions


def _tallies(request: Request) -> MongoTallyStore:
    tallies: MongoTallyStore = request.app.state.tallies
    return tallies


def _analysis(request: Request) -> MongoAnalysis:
    analysis: MongoAnalysis = request.app.state.analysis
    return analysis


def _hearing(request: Request) -> Hearing:
    hearing: Hearing = request.app.state.hearing
    return hearing


def _settings(request: Request) -> FeedbackSettings:
    settings: FeedbackSettings = request.app.state.settings
    return settings


Store = Annotated[MongoFeedbackStore, Depends(_store)]
Reports = Annotated[MongoReports, Depends(_reports)]
Sessions = Annotated[MongoSessionStore, Depends(_sessions)]
Analysis = Annotated[MongoAnalysis, Depends(_analysis)]
Asked = Annotated[Hearing, Depends(_hearing)]
Tallies = Annotated[MongoTallyStore, Depends(_tallies)]
Settings = Annotated[FeedbackSettings, Depends(_settings)]
