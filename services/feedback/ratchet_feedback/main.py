"""The composition root: the one place where the feedback service's parts meet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from fastapi import FastAPI

from ratchet_common.background import Loop
from ratchet_common.edge import Upload
from ratchet_common.forgetting import forgetting
from ratchet_common.http import create_app
from ratchet_common.service import Connections, at_work, connections
from ratchet_common.topics import ALERTS, ERASURES, PREDICTIONS, TRAFFIC
from ratchet_feedback.api import analysis, feedback, links, retraining, sessions, upload
from ratchet_feedback.consumers import on_alerts, on_answers, on_traffic
from ratchet_feedback.roll import Rolling
from ratchet_feedback.sessions import look_at_sessions
from ratchet_feedback.settings import FeedbackSettings
from ratchet_feedback.store.analysis import MongoAnalysis
from ratchet_feedback.store.feedback import MongoFeedbackStore
from ratchet_feedback.store.link_keys import kept_key
from ratchet_feedback.store.reports import MongoReports
from ratchet_feedback.store.sessions import MongoSessionStore
from ratchet_feedback.store.tallies import MongoTallyStore
from ratchet_feedback.store.traces import MongoTraces
from ratchet_feedback.tallies import recount
from ratchet_feedback.waiting import look_again, measure

RECOUNT_EVERY_S, RECOUNTS = 1.0, 0.1  # and of the time: each reads all that was said since the last training
LOOK_AGAIN_EVERY_S = 5.0
FORGET_EVERY_S = 300.0
UPLOAD_PATIENCE_S = 600.0


def build(settings: FeedbackSettings) -> FastAPI:
    """Raises CannotStartError when the tokens file is missing or malformed."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with connections("feedback", settings, app) as its:
            store = MongoFeedbackStore(
                its.database,
                answers_kept=settings.answers_kept,
                text_kept=settings.text_kept,
                answers_known=settings.answers_known,
            )
            tallies, reports = MongoTallyStore(its.database), MongoReports(its.database)
            rolling, traces = Rolling(its.database), MongoTraces(its.database)
            whole = MongoSessionStore(its.database, text_kept=settings.text_kept)
            for part in (store, tallies, reports, traces, whole, rolling.pieces, rolling.marks, rolling.rollups):
                await part.create_indexes()
            forgets = await forgetting(its.database, its.name, traces.steps)
            its.hear(PREDICTIONS, forgets.sparing(partial(on_answers, store=store, sessions=whole)))
            its.hear(ERASURES, forgets.on_erasures)
            its.hear(TRAFFIC, partial(on_traffic, store=tallies))
            its.hear(ALERTS, partial(on_alerts, store=tallies))
            app.state.store, app.state.reports, app.state.settings = store, reports, settings
            app.state.analysis, app.state.hearing = MongoAnalysis(its.database), rolling.hearing
            app.state.sessions, app.state.tallies = whole, tallies
            app.state.link_keys = links.LinkKeys(settings.link_keys or [await kept_key(its.database)])
            app.state.ready = its.ready
            its.measures.add("waiting feedback", partial(measure, store))
            loops = _loops(store, tallies, whole, settings) | rolling.loops(its.database)
            async with at_work(its, await _relays(its) | loops):
                yield

    large = Upload(settings.upload_bytes, UPLOAD_PATIENCE_S, "FEEDBACK_UPLOAD_BYTES")
    uploads = {("POST", f"{upload.routes.prefix}/import"): large}
    # In this order: `{result_id}` of the last would match the others.
    routers = [part.routes for part in (upload, links, sessions, analysis, retraining, feedback)]
    return create_app("feedback", settings, routers=routers, lifespan=lifespan, uploads=uploads)


async def _relays(its: Connections) -> dict[str, Loop]:
    changed = (its.database.feedback, its.database.tallies, its.database.forgotten)
    return {name: loop for collection in changed for name, loop in (await its.relay(collection)).items()}


def _loops(
    store: MongoFeedbackStore, tallies: MongoTallyStore, whole: MongoSessionStore, settings: FeedbackSettings
) -> dict[str, Loop]:
    async def forget() -> None:
        await store.forget_text(datetime.now(UTC))
        await whole.forget_text(datetime.now(UTC))

    return {
        "recount": Loop(partial(recount, tallies, settings.limits), every=RECOUNT_EVERY_S, share=RECOUNTS),
        "look again": Loop(partial(look_again, store, settings.patience), every=LOOK_AGAIN_EVERY_S),
        "look at sessions": Loop(partial(look_at_sessions, whole, store, settings.patience), every=LOOK_AGAIN_EVERY_S),
        "forget text": Loop(forget, every=FORGET_EVERY_S),
    }
