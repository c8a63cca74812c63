"""The parts of one router, put together as its settings and the operator's files have it."""

import random
import time
from datetime import timedelta

from ratchet_common.service import Connections
from ratchet_providers.local_student import LocalStudents
from ratchet_router.answering import answering_with
from ratchet_router.breaker import Breakers
from ratchet_router.cache import AnswerCache
from ratchet_router.estimates import Estimates
from ratchet_router.files import Files
from ratchet_router.gate import Gates
from ratchet_router.grounding.by_settings import joins_over
from ratchet_router.grounding.order.noted import NOTHING_NOTED
from ratchet_router.grounding.sources import Retrieves
from ratchet_router.kept_keys import KeptKeys
from ratchet_router.library import Library
from ratchet_router.limits.admission import Admission
from ratchet_router.memory import Memory
from ratchet_router.parts import Parts
from ratchet_router.recording import Recorder
from ratchet_router.retrying import RetryBudget
from ratchet_router.sessions import Sessions
from ratchet_router.settings import RouterSettings
from ratchet_router.shadows import shadows_by
from ratchet_router.snapshot import Snapshot
from ratchet_router.stores import Stores
from ratchet_router.surroundings import Surroundings
from ratchet_router.vanguard import Vanguards


def parts_by(
    settings: RouterSettings,
    files: Files,
    students: LocalStudents,
    stores: Stores,
    admission: Admission,
    its: Connections,
    retrieves: Retrieves,
) -> Parts:
    answering = answering_with(files.catalogue, files.adapters, settings, students)
    memory = Memory(entries=settings.cache_entries, size=settings.cache_bytes)
    kept = timedelta(hours=settings.cache_hours)
    most = settings.cache_known_keys if settings.cache_store_lookup else 0
    known = KeptKeys(stores.router, kept=kept, most=most) if most else None
    sessions = Sessions(settings.sessions)
    around, recorder = _around(files, settings), _recorder(settings, stores, sessions, its)
    return Parts(
        settings=settings,
        catalogue=files.catalogue,
        library=Library(files.templates),
        best=stores.best,
        keys=stores.keys,
        admission=admission,
        models=answering.models,
        platforms=answering.platforms,
        embeddings=answering.embeddings,
        batch_platforms=answering.batch_platforms,
        goes_on=answering.goes_on,
        snapshot=Snapshot(),
        cache=AnswerCache(stores.router, memory, kept=kept, store_lookup=settings.cache_store_lookup, known=known),
        recorder=recorder,
        around=around,
        sessions=sessions,
        estimates=Estimates(settings.aim, most=settings.estimates),
        shadows=shadows_by(settings, around, recorder),
        retrieves=retrieves,
        joins=joins_over(stores.graphs, retrieves),
        notes=stores.orders if settings.learned_order_days else NOTHING_NOTED,
    )


def _recorder(settings: RouterSettings, stores: Stores, sessions: Sessions, its: Connections) -> Recorder:
    return Recorder(
        its.bus.publish,
        stores.router.hold,
        forgets=settings.bus_forgets,
        patience_s=settings.record_patience_ms / 1000,
        answer_unrecorded=settings.answer_unrecorded,
        first=settings.record_first,
        heard=sessions.heard,
    )


def _around(files: Files, settings: RouterSettings) -> Surroundings:
    return Surroundings(
        Breakers(time.monotonic),
        Gates(files.caps),
        RetryBudget(),
        random.Random(),  # noqa: S311  spreads load
        Vanguards(head_start_s=settings.head_start_ms / 1000),
    )
