"""May an evaluated version get traffic? The shared rule, and what no gain may be paid with. Pure."""

from dataclasses import dataclass

from ratchet_common.plurals import so_many
from ratchet_scoring.advance import Limits, decide
from ratchet_trainer.judging.evaluation import Report, saved


@dataclass(frozen=True, slots=True)
class Ruling:
    passed: bool
    reasons: tuple[str, ...]  # sentences: all that speaks against it, or what speaks for it


def rule(report: Report, limits: Limits) -> Ruling:
    decision = decide(
        report.gain.low,
        report.gain.high,
        cheaper=saved(report.candidate.cost_usd, report.baseline.cost_usd),
        faster=saved(report.candidate.latency_ms, report.baseline.latency_ms),
        limits=limits,
    )
    against = [
        *([] if decision.verdict == "advance" else [f"{decision.reason} It was seen on {report.n} held-out cases."]),
        *_below_the_floor(report),
        *(
            f"On {loss.name} ({so_many(loss.n, 'case')}) it loses {-loss.gain:.3f}, and may lose {limits.slice_loss}."
            for loss in report.worse_slices
        ),
        *_more("answers of a wrong format", report.candidate.malformed, report.baseline.malformed),
        *_more("answers with private data of others", report.candidate.private, report.baseline.private),
    ]
    return Ruling(not against, tuple(against) or (decision.reason,))


def _below_the_floor(report: Report) -> list[str]:
    over = report.gain_over_floor
    if over is None or over.low > 0:
        return []
    return [
        f"It is not known to be better than {report.floor_of} ({report.floor:.3f}): "
        f"the gain over that lies between {over.low:+.3f} and {over.high:+.3f}."
    ]


def _more(what: str, candidate: int, baseline: int) -> list[str]:
    return [f"It gives more {what}: {candidate}, against {baseline}."] if candidate > baseline else []
