"""What the services tell each other: one frozen struct an event. `topics.py` says where each of them travels."""

from ratchet_common.events.alerts import AlertChanged
from ratchet_common.events.documents import DocumentChanged
from ratchet_common.events.erasures import ErasureAsked, ErasureDone
from ratchet_common.events.event import (
    BASE_VERSION,
    EVERYONE,
    NOTHING,
    Approach,
    AssignedBy,
    ConfidenceSource,
    Event,
    Part,
)
from ratchet_common.events.experiments import Arm, ExperimentChanged
from ratchet_common.events.feedback import FeedbackJoined, RetrainingFellDue, ScoreSource
from ratchet_common.events.predictions import (
    Attempt,
    Candidate,
    Check,
    Decision,
    Outcome,
    PredictionMade,
    RawConfidence,
    Savings,
    ShadowAnswered,
    Usage,
)
from ratchet_common.events.quality import Calibration, CurvePoint, EstimateTrained, QualityMeasured
from ratchet_common.events.reports import ReportChanged
from ratchet_common.events.spending import CostIncurred
from ratchet_common.events.traffic import Conclusion, Holdout, Serving, Shadow, TrafficAssigned, VerdictReached

AnyEvent = (
    PredictionMade
    | ShadowAnswered
    | FeedbackJoined
    | RetrainingFellDue
    | TrafficAssigned
    | VerdictReached
    | QualityMeasured
    | EstimateTrained
    | ExperimentChanged
    | AlertChanged
    | CostIncurred
    | DocumentChanged
    | ReportChanged
    | ErasureAsked
    | ErasureDone
)

__all__ = [
    "BASE_VERSION",
    "EVERYONE",
    "NOTHING",
    "AlertChanged",
    "AnyEvent",
    "Approach",
    "Arm",
    "AssignedBy",
    "Attempt",
    "Calibration",
    "Candidate",
    "Check",
    "Conclusion",
    "ConfidenceSource",
    "CostIncurred",
    "CurvePoint",
    "Decision",
    "DocumentChanged",
    "ErasureAsked",
    "ErasureDone",
    "EstimateTrained",
    "Event",
    "ExperimentChanged",
    "FeedbackJoined",
    "Holdout",
    "Outcome",
    "Part",
    "PredictionMade",
    "QualityMeasured",
    "RawConfidence",
    "ReportChanged",
    "RetrainingFellDue",
    "Savings",
    "ScoreSource",
    "Serving",
    "Shadow",
    "ShadowAnswered",
    "TrafficAssigned",
    "Usage",
    "VerdictReached",
]
