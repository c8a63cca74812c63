"""What a service says and hears on the bus, as an AsyncAPI document, from the topic table."""

from typing import Any

from ratchet_common.schema_files import schema_of, tag_of
from ratchet_common.topics import TABLE, Topic


def document(service: str) -> dict[str, Any]:
    """AsyncAPI 3.0 for the topics that `service` makes or reads."""
    its = [topic for topic in TABLE if service in topic.made_by or service in topic.read_by]
    return {
        "asyncapi": "3.0.0",
        "info": {"title": f"Ratchet {service}", "version": "1"},
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in its},
        "operations": {name: op for topic in its for name, op in _operations(topic, service).items()},
    }


def _channel(topic: Topic) -> dict[str, Any]:
    kept = "compacted" if topic.kept is None else f"kept for {topic.kept.days} days"
    message = {"name": tag_of(topic.event), "payload": schema_of(topic.event)}
    description = f"Made by {', '.join(topic.made_by)}, read by {', '.join(topic.read_by)}; {kept}."
    return {"address": topic.name, "description": description, "messages": {topic.event.__name__: message}}


def _operations(topic: Topic, service: str) -> dict[str, Any]:
    channel = {"$ref": f"#/channels/{topic.name}"}
    made = {f"send-{topic.name}": {"action": "send", "channel": channel}} if service in topic.made_by else {}
    read = {f"receive-{topic.name}": {"action": "receive", "channel": channel}} if service in topic.read_by else {}
    return made | read
