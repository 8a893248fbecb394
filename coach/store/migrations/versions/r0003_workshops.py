"""Rooms of workshops, their seats, walls and who is there."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def _room() -> sa.ForeignKey:
    return sa.ForeignKey("rooms.id", ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "rooms",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("code", sa.String, unique=True),
        sa.Column("desk_key", sa.String, nullable=False),
        sa.Column("wall_key", sa.String, nullable=False),
        sa.Column("state", sa.JSON, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("opened", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "seats",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("room", sa.String, _room(), nullable=False),
        sa.Column("key", sa.String, nullable=False, unique=True),
        sa.Column("nickname", sa.String, nullable=False),
        sa.Column("conversation", sa.String, nullable=False),
        sa.Column("hand", sa.Boolean, nullable=False),
        sa.Column("take_key", sa.String),
    )
    op.create_index("ix_seats_room", "seats", ["room"])
    op.create_table(
        "pools",
        sa.Column("room", sa.String, _room(), primary_key=True),
        sa.Column("step", sa.String, primary_key=True),
        sa.Column("held", sa.JSON, nullable=False),
    )
    op.create_table(
        "cards",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("room", sa.String, _room(), nullable=False),
        sa.Column("step", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("shown", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hidden", sa.Boolean, nullable=False),
        sa.Column("votes", sa.JSON, nullable=False),
    )
    op.create_index("ix_cards_room", "cards", ["room"])
    op.create_table(
        "presence",
        sa.Column("room", sa.String, _room(), primary_key=True),
        sa.Column("worker", sa.String, primary_key=True),
        sa.Column("places", sa.JSON, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    for name in ("presence", "cards", "pools", "seats", "rooms"):
        op.drop_table(name)
