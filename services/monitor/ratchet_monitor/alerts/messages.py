"""What receivers are sent: JSON for a webhook, Slack's blocks, a mail. Pure; the same at every try."""

from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final

import msgspec

from ratchet_monitor.alerts.delivery import Delivery
from ratchet_monitor.alerts.grouping import Item

SLACK_ALERTS: Final = 20  # a message of Slack's has at most 50 blocks
SLACK_TEXT: Final = 2_500  # of one block, where 3,000 characters is the limit
SUBJECT: Final = 180
MARK: Final = {"info": ":information_source:", "warning": ":warning:", "critical": ":rotating_light:"}


def webhook(one: Delivery) -> bytes:
    said = {
        "type": "alerts.changed",
        "delivery_id": one.delivery_id,
        "tenant": one.tenant,
        "group": one.group,
        "made_at": one.made_at,
        "alerts": one.items,
    }
    return msgspec.json.encode(said)


def slack(one: Delivery) -> bytes:
    shown = one.items[:SLACK_ALERTS]
    blocks = [
        _block(f"{_mark(item)} *{_escaped(_line(item))}*\n{_escaped(item.sentence)}{_why(item)}") for item in shown
    ]
    if len(one.items) > len(shown):
        blocks.append(_block(f"And {len(one.items) - len(shown)} more: GET /api/models/performance/alerts"))
    return msgspec.json.encode({"text": _escaped(title(one)), "blocks": blocks})


def mail(one: Delivery, sender: str, to: tuple[str, ...]) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, ", ".join(to), title(one)
    message["Date"] = format_datetime(one.made_at)
    message["Message-ID"] = f"<{one.delivery_id}@ratchet.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Ratchet-Delivery"] = one.delivery_id
    message.set_content("\n\n".join([*map(_paragraph, one.items), _signature(one)]) + "\n")
    return message


def title(one: Delivery) -> str:
    first = one.items[0]
    more = f" and {len(one.items) - 1} more" if len(one.items) > 1 else ""
    return _one_line(f"[{one.tenant}] {_line(first)}{more}")[:SUBJECT]


def _line(item: Item) -> str:
    last = item.changes[-1]
    return f"{item.severity if last.what != 'closed' else 'closed'}: {last.what} {item.subject}"


def _paragraph(item: Item) -> str:
    lines = [_line(item), item.sentence]
    lines += [f"  {change.at:%Y-%m-%d %H:%M} UTC {change.what}{_by(change.who, change.why)}" for change in item.changes]
    lines += [f"  {name} = {value:.6g}" for name, value in item.numbers.items()]
    return "\n".join([*lines, f"  alert {item.alert_id}, revision {item.revision}"])


def _signature(one: Delivery) -> str:
    return f"Tenant {one.tenant}, receiver {one.receiver_id}, delivery {one.delivery_id}. Alerts: ratchet alerts list"


def _by(who: str, why: str) -> str:
    return (f" by {who}" if who else "") + (f": {why}" if why else "")


def _why(item: Item) -> str:
    last = item.changes[-1]
    return f"\n_{_escaped(last.what + _by(last.who, last.why))}_" if last.who or last.why else ""


def _mark(item: Item) -> str:
    return ":white_check_mark:" if item.state == "closed" else MARK[item.severity]


def _block(text: str) -> dict[str, Any]:
    """`verbatim`: Slack looks for no addresses, channels or names in it."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:SLACK_TEXT], "verbatim": True}}


def _escaped(text: str) -> str:
    """Slack's three letters: nothing that was named by others calls a channel."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _one_line(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
