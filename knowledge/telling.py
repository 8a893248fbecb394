"""What a person is told about their documents: the list, the report of an addition, the receipt of a removal."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.documents import Documents
from knowledge.intake import Report
from knowledge.removal import Receipt


def listed(home: Path, collection: str | None = None) -> list[dict[str, Any]]:
    """Documents by collection, then cards, then claims; only one collection where it is named."""
    documents = Documents(home)
    rows: list[dict[str, Any]] = [
        {
            "id": source.id, "kind": "document", "title": source.title or source.file, "file": source.file,
            "collection": source.collection, "state": source.state, "reason": source.reason, "licence": source.licence,
            "date": source.date, "language": source.language, "quality": source.quality, "notes": list(source.notes),
        }
        for source in documents.sources(None if collection == "cards" else collection)
    ]  # fmt: skip
    if collection == "cards":
        rows = []
    if collection in (None, "cards"):
        from knowledge.cards import load_cards
        from knowledge.claims import load_claims

        rows += [
            {"id": f"card:{card.id}", "kind": "card", "title": card.title, "topic": card.topic}
            for card in load_cards().values()
        ]
        rows += [
            {"id": f"claim:{claim.id}", "kind": "claim", "title": claim.statement, "grade": claim.grade}
            for claim in load_claims().values()
        ]
    return rows


def report_data(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    return {
        "collection": report.collection,
        "read": [
            {
                "id": s.id,
                "file": s.file,
                "title": s.title,
                "quality": s.quality,
                "language": s.language,
                "notes": list(s.notes),
            }
            | ({"alike": s.alike} if s.alike else {})
            for s in report.read
        ],
        "skipped": [
            {"file": s.file, "reason": s.reason, "explanation": s.explanation} | ({"alike": s.alike} if s.alike else {})
            for s in report.skipped
        ],
        "unchanged": report.unchanged,
        "gone": report.gone,
        "passages": report.passages,
        "noted": report.noted,
    }


def report_lines(report: Report) -> Iterator[str]:
    """The report for people: what was read, what was noted, and every file that was left out with its reason."""
    yield f"Read {len(report.read)} documents into {report.collection!r} ({report.passages} passages)."
    if report.unchanged:
        yield f"{report.unchanged} did not change."
    for note, times in sorted(report.noted.items()):
        yield f"  {note}: {times}"
    for source in report.read:
        if source.alike:
            yield f"  {source.file} nearly repeats {source.alike}"
    if report.gone:
        yield f"{len(report.gone)} are no longer there and were removed: {', '.join(report.gone[:10])}"
    if report.skipped:
        reasons = Counter(source.reason for source in report.skipped)
        yield f"Left out {len(report.skipped)}: " + ", ".join(
            f"{name} {times}" for name, times in reasons.most_common()
        )
        for source in report.skipped:
            yield f"  {source.file}: {source.explanation}"


def receipt_lines(receipt: Receipt) -> Iterator[str]:
    """The receipt for people."""
    yield f"Removed {len(receipt.files)} documents ({receipt.passages} passages): {', '.join(receipt.files[:10])}"
    yield (
        f"Looked for what is left: database {receipt.left_in_database}, search {receipt.left_in_search}, "
        f"files {receipt.left_in_files}."
    )
    if receipt.left_in_conversations:
        yield (
            f"{receipt.left_in_conversations} sentences were quoted in conversations. Delete these: coach data delete"
        )
    yield "Nothing is left." if receipt.clean else "Something is left. Run it again, or: coach doctor --repair"
