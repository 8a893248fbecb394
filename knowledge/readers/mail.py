"""Mail as files: subject, sender and date, and the body a person would read. Attachments are named, not opened."""

import email
import email.policy
import re
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

from knowledge.readers.html import html_reading
from knowledge.readers.reading import Block, Reading, Unreadable, checked
from knowledge.readers.text import paragraphs
from knowledge.readers.unseen import seen


def read_mail(data: bytes) -> Reading:
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        subject, sender, sent = (str(message.get(name, "") or "") for name in ("subject", "from", "date"))
        body = message.get_body(preferencelist=("plain", "html"))
        attached = [str(part.get_filename() or "unnamed") for part in message.iter_attachments()]
        content = body.get_content() if body is not None else ""
        is_html = body is not None and body.get_content_type() == "text/html"
    except Exception as exc:  # the mail parser raises whatever a broken header makes it stumble over
        raise Unreadable("damaged", "It is not a mail that can be read.") from exc
    if not subject and not sender and not sent:
        raise Unreadable("not what it says", "It has no sender, subject or date, so it is not a mail.")
    if is_html:
        inner = html_reading(str(content))
        blocks, notes = list(inner.blocks), list(inner.notes)
    else:
        text, hid = seen(str(content))
        blocks, notes = list(paragraphs(text)), ["hidden text left out"] if hid else []
    if attached:
        notes.append(f"{len(attached)} attachments not read")
    subject, sender = seen(subject)[0], re.sub(r"\s*<[^<>]*>", "", seen(sender)[0])
    head = [Block("heading", " ".join(subject.split()), 1)] if subject else []
    return Reading(
        checked([*head, *blocks]), title=subject, date=_date(sent), attribution=sender[:200], notes=tuple(notes)
    )


def _date(text: str) -> str | None:
    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
