"""The topic table: each row is complete, and each event knows its row."""

from typing import get_args

import pytest

from ratchet_common.asyncapi import document
from ratchet_common.events import AnyEvent
from ratchet_common.schema_files import tag_of
from ratchet_common.topics import BY_NAME, EVERY_SERVICE, TABLE, TOPIC_OF, Topic, group_of
from tests.contract.every_event import LEAST, MOST

EXAMPLES = {type(event): event for event in LEAST}
# As ARCHITECTURE says: how long, by whom, for whom.
KEPT_DAYS = {"predictions": 7, "shadows": 7, "traffic": None, "quality": None, "estimates": None, "experiments": None}
KEYS = {
    "shadows": "acme:0197f3a0-0000-7000-8000-000000000001",
    "predictions": "acme:0197f3a0-0000-7000-8000-000000000001",
    "feedback": "acme:0197f3a0-0000-7000-8000-000000000001",
    "retrain-triggers": "acme:summary",
    "traffic": "acme:summary",
    "verdicts": "acme:summary",
    "quality": "acme:summary:small",
    "estimates": "acme:summary",
    "experiments": "acme:e1",
    "alerts": "acme:a1",
    "spending": "acme:j1",
    "documents": "acme:d1",
    "reports": "acme:report_1",
    "erasures": "acme:8d969eef6ecad3c29a3a6292",
    "forgotten": "acme:0197f3a0-0000-7000-8000-000000000001",
}


def test_every_event_has_exactly_one_topic() -> None:
    assert set(TOPIC_OF) == set(get_args(AnyEvent))
    assert len(TABLE) == len(TOPIC_OF) == len(BY_NAME)


def test_no_two_events_share_a_type_tag_and_each_tag_has_a_version() -> None:
    tags = [tag_of(topic.event) for topic in TABLE]
    assert len(set(tags)) == len(tags)
    assert all(tag.rpartition(".v")[2].isdigit() for tag in tags)


@pytest.mark.parametrize("topic", TABLE, ids=lambda topic: topic.name)
def test_each_row_is_complete(topic: Topic) -> None:
    assert topic.made_by
    assert topic.read_by
    assert set(topic.made_by) <= set(EVERY_SERVICE)
    assert set(topic.read_by) <= set(EVERY_SERVICE)
    assert topic.key(EXAMPLES[topic.event]) == KEYS[topic.name]
    assert (topic.kept.days if topic.kept else None) == KEPT_DAYS.get(topic.name, 30)
    assert topic.dead_letters == f"{topic.name}.dlq"


@pytest.mark.parametrize("topic", TABLE, ids=lambda topic: topic.name)
def test_a_key_begins_with_the_tenant(topic: Topic) -> None:
    event = next(event for event in MOST if type(event) is topic.event)
    assert topic.key(event).startswith(f"{event.tenant}:")


def test_a_group_belongs_to_one_service_and_one_topic() -> None:
    groups = {group_of(service, topic.name) for topic in TABLE for service in topic.read_by}
    assert len(groups) == sum(len(topic.read_by) for topic in TABLE)


@pytest.mark.parametrize("service", EVERY_SERVICE)
def test_a_services_document_says_what_it_sends_and_receives(service: str) -> None:
    operations = document(service)["operations"]
    sent = {name.removeprefix("send-") for name in operations if name.startswith("send-")}
    received = {name.removeprefix("receive-") for name in operations if name.startswith("receive-")}
    assert sent == {topic.name for topic in TABLE if service in topic.made_by}
    assert received == {topic.name for topic in TABLE if service in topic.read_by}
    assert {op["channel"]["$ref"].rpartition("/")[2] for op in operations.values()} == document(service)[
        "channels"
    ].keys()
