"""What the feedback service counts. Labels are from closed sets."""

from typing import Final

from prometheus_client import Counter

SAID: Final = Counter("ratchet_feedback", "What people said of answers, as it was taken", ("rating", "what"))
TRIGGERS: Final = Counter("ratchet_retrain_triggers", "Trainings that fell due", ("task",))
