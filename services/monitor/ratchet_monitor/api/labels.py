"""Labels by which somebody wants to choose alerts: what none has would choose nothing, and nobody would see why."""

from collections.abc import Iterable

from ratchet_common.errors import RefusedError
from ratchet_monitor.alerts.fitting import unfit_labels


class UnknownLabelError(RefusedError):
    type = "unknown-label"
    title = "No alert has this label"


def insist_on_labels(names: Iterable[str]) -> None:
    """Raises UnknownLabelError."""
    if unfit := unfit_labels(names):
        raise UnknownLabelError(unfit.why, field=unfit.field)
