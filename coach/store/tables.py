"""The tables of the store. The newest migration makes exactly these."""

import sqlalchemy as sa

HEAD = "0003"
"""The newest migration. Kept here so that an up-to-date store opens without importing alembic; a test compares."""

metadata = sa.MetaData()

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("collection", sa.String),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
    sa.Column("settings", sa.JSON, nullable=False),
)

turns = sa.Table(
    "turns",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column(
        "conversation", sa.String, sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    # Order within the conversation, in which turns began.
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("replaces", sa.String),
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    # Sentences with the ids of what they cite, never the cited text: a removed document is gone from here too.
    sa.Column("spoken", sa.JSON, nullable=False),
    sa.Column("heard", sa.Integer, nullable=False),
    sa.Column("plan", sa.JSON(none_as_null=True)),
    sa.Column("passage_ids", sa.JSON, nullable=False),
    sa.Column("gated", sa.JSON(none_as_null=True)),
    sa.Column("writer", sa.String, nullable=False),
    sa.Column("started", sa.DateTime(timezone=True), nullable=False),
    sa.UniqueConstraint("conversation", "number", name="turns_in_order"),
)

artefacts = sa.Table(
    "artefacts",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column(
        "conversation", sa.String, sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    # The turn that made it last.
    sa.Column("turn", sa.String, nullable=False),
    # What it is about within its conversation; made again, it takes the place of the earlier one.
    sa.Column("about", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("markdown", sa.Text, nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.UniqueConstraint("conversation", "about", name="one_artefact_about_a_matter"),
)

commitments = sa.Table(
    "commitments",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column(
        "conversation", sa.String, sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    sa.Column("about", sa.String, nullable=False),
    sa.Column("owner", sa.String, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("due", sa.Date),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
    sa.UniqueConstraint("conversation", "about", name="one_commitment_about_a_matter"),
)

# Workshops: coach/workshop says what these hold and why nothing in them tells who wrote a card.

_ROOM = "rooms.id"

rooms = sa.Table(
    "rooms",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    # None once the room has ended: its code may be drawn again.
    sa.Column("code", sa.String, unique=True),
    # Hashes of the facilitator's and the projected page's secrets.
    sa.Column("desk_key", sa.String, nullable=False),
    sa.Column("wall_key", sa.String, nullable=False),
    sa.Column("state", sa.JSON, nullable=False),
    # Goes up with every change, so that each worker sees when to look.
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("opened", sa.DateTime(timezone=True), nullable=False),
    sa.Column("ended", sa.DateTime(timezone=True)),
)

seats = sa.Table(
    "seats",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("room", sa.String, sa.ForeignKey(_ROOM, ondelete="CASCADE"), nullable=False, index=True),
    # Hash of the secret that only the phone has.
    sa.Column("key", sa.String, nullable=False, unique=True),
    sa.Column("nickname", sa.String, nullable=False),
    sa.Column("conversation", sa.String, nullable=False),
    sa.Column("hand", sa.Boolean, nullable=False),
    # Hash of the link by which another device may fetch the take-home file.
    sa.Column("take_key", sa.String),
)

pools = sa.Table(
    "pools",
    metadata,
    sa.Column("room", sa.String, sa.ForeignKey(_ROOM, ondelete="CASCADE"), primary_key=True),
    sa.Column("step", sa.String, primary_key=True),
    # One value, written anew as a whole: rows of their own would tell by their place in the file who came when.
    sa.Column("held", sa.JSON, nullable=False),
)

cards = sa.Table(
    "cards",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("room", sa.String, sa.ForeignKey(_ROOM, ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("step", sa.String, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    # Blurred to a quarter of an hour.
    sa.Column("shown", sa.DateTime(timezone=True), nullable=False),
    sa.Column("hidden", sa.Boolean, nullable=False),
    # Tags of the voters, sorted; each tag is good for this card only.
    sa.Column("votes", sa.JSON, nullable=False),
)

presence = sa.Table(
    "presence",
    metadata,
    sa.Column("room", sa.String, sa.ForeignKey(_ROOM, ondelete="CASCADE"), primary_key=True),
    sa.Column("worker", sa.String, primary_key=True),
    # How many phones show what, by place; never which.
    sa.Column("places", sa.JSON, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
)
