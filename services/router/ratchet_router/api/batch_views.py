"""Batches and files as OpenAI's clients read them, with what is ours under `ratchet`."""

from datetime import datetime
from typing import Any

from ratchet_router.batches.batch import Batch, Counts, Portion
from ratchet_router.batches.files import File
from ratchet_router.batches.lines import LineError

TIMES = ("in_progress", "finalizing", "completed", "failed", "expired", "cancelling", "cancelled")


def batch_view(batch: Batch, counts: Counts) -> dict[str, Any]:
    over = batch.counts
    return {
        "id": batch.id,
        "object": "batch",
        "endpoint": batch.endpoint,
        "errors": {"object": "list", "data": [_error(one) for one in batch.errors]} if batch.errors else None,
        "input_file_id": batch.input_file,
        "completion_window": batch.window,
        "status": batch.shown_status,
        "output_file_id": f"file-{batch.hex}-output" if over and over.completed else None,
        "error_file_id": f"file-{batch.hex}-error" if over and over.failed else None,
        "created_at": _seconds(batch.created_at),
        "expires_at": _seconds(batch.expires_at),
        **{f"{name}_at": _seconds(batch.at.get(name)) for name in TIMES},
        "request_counts": {"total": counts.total, "completed": counts.completed, "failed": counts.failed},
        "metadata": batch.metadata or None,
        "ratchet": {
            "price": price_of(batch.portions),
            "cost_usd": round(float(counts.cost_usd), 6),
            "portions": [_portion(portion) for portion in batch.portions],
        },
    }


def price_of(portions: list[Portion]) -> str:
    """batch: all by providers' batch APIs; full: all one by one; mixed; empty while nobody knows."""
    kinds = {"batch" if portion.provider else "full" for portion in portions}
    return kinds.pop() if len(kinds) == 1 else "mixed" if kinds else ""


def _portion(portion: Portion) -> dict[str, Any]:
    return {
        "price": "batch" if portion.provider else "full",
        "provider": portion.provider or None,
        "model": portion.model or None,
        "requests": portion.items,
        "state": portion.state,
    }


def _error(error: LineError) -> dict[str, Any]:
    return {"code": error.code, "message": error.message, "param": error.param, "line": error.line}


def file_view(file: File) -> dict[str, Any]:
    return {
        "id": file.id,
        "object": "file",
        "bytes": file.size,
        "created_at": _seconds(file.created_at),
        "expires_at": _seconds(file.gone_at),
        "filename": file.filename,
        "purpose": file.purpose,
        "status": "processed",
    }


def _seconds(time: datetime | None) -> int | None:
    return None if time is None else int(time.timestamp())
