"""What is known of units from before the experiment began, and so before any of them met an arm. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from ratchet_monitor.observations import Observation
from ratchet_monitor.scores import Score
from ratchet_monitor.studies.metrics import SCALE, Metric
from ratchet_monitor.studies.study import Study
from ratchet_monitor.studies.units import Sums, key_of

MOST = 100_000  # units of the pre-period: the first


@dataclass(slots=True)
class Past:
    sums: Sums = field(default_factory=Sums)
    ended: int = 0
    failed: int = 0
    words: int = 0
    score: int = 0

    def of(self, metric: Metric) -> tuple[float, float]:
        """Above and below the line."""
        if metric is Metric.SCORE:
            return self.score / SCALE[metric], self.words
        if metric is Metric.FAILURE:
            return float(self.failed), self.ended
        return self.sums.of(metric)


Pasts = Mapping[str, Past]
NO_PASTS: Pasts = {}


class Before:
    """`see` hours in any order, each once. Results have no past: their key is their own."""

    def __init__(self, study: Study, most: int = MOST) -> None:
        self._study, self._most = study, most
        self.by_key: dict[str, Past] = {}

    def see(self, observations: Collection[Observation], words: Iterable[Score]) -> None:
        of_result: dict[UUID, Past] = {}
        for seen in observations:
            if seen.cached or seen.at >= self._study.started_at:
                continue
            past = self._past_of(key_of(seen, self._study))
            if past is not None:
                of_result[seen.result_id] = past
                past.sums.add(seen)
                past.ended += seen.outcome != "cancelled"
                past.failed += seen.outcome == "failed" or (
                    seen.outcome != "cancelled" and (seen.fell_back or seen.misshapen)
                )
        for word in words:
            past = of_result.get(word.result_id)
            if past is None or word.via is not None or word.judged or not word.scored:
                continue
            if word.scored_at < self._study.started_at:
                past.words += 1
                past.score += word.score

    def _past_of(self, key: str) -> Past | None:
        if key not in self.by_key and len(self.by_key) < self._most:
            self.by_key[key] = Past()
        return self.by_key.get(key)
