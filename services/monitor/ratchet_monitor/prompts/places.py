"""Where a template was used: what answers by it are told apart by. Pure."""

from typing import NamedTuple

from ratchet_monitor.buckets import Kind


class Place(NamedTuple):
    """What answers of two templates have in common where they are compared."""

    task_type: str
    document_type: str
    version_id: str
    model: str


class Use(NamedTuple):
    template: str
    place: Place


def use_of(task_type: str, kind: Kind) -> Use:
    return Use(kind.template, Place(task_type, kind.document_type, kind.version_id, kind.model))


def template_of(use: Use) -> str:
    return use.template
