"""A report as JSON, and back, exactly: floats by all their digits, money by decimals, times with their zone."""

from typing import Final

import msgspec

from ratchet_reports.limits import STANDARD, Limits, ReportRefusedError, taken
from ratchet_reports.plots.vega import spec_of
from ratchet_reports.report import Report

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_DECODER: Final = msgspec.json.Decoder(Report)


def as_json(report: Report, limits: Limits = STANDARD) -> bytes:
    """Each plot has its `vega_lite` spec beside its values; a reader of reports passes over it. Raises
    ReportRefusedError.
    """
    taken(report, limits)
    fields = msgspec.structs.asdict(report)
    plots = [
        {"kind": plot.__struct_config__.tag, **msgspec.structs.asdict(plot), "vega_lite": spec_of(plot)}
        for plot in report.plots
    ]
    return _ENCODER.encode({**fields, "plots": plots})


def report_of(json: bytes, limits: Limits = STANDARD) -> Report:
    """Raises ReportRefusedError for what is no report, or too large a one."""
    if len(json) > limits.bytes:
        raise ReportRefusedError(
            "too_large", f"The report has {len(json):,} bytes, and at most {limits.bytes:,} are read."
        )
    try:
        report = _DECODER.decode(json)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReportRefusedError("broken", f"This is no report: {error}.") from error
    return taken(report, limits)
