"""Conversations and their turns."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("collection", sa.String),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
    )
    op.create_table(
        "turns",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("conversation", sa.String, sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("replaces", sa.String),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("spoken", sa.JSON, nullable=False),
        sa.Column("heard", sa.Integer, nullable=False),
        sa.Column("plan", sa.JSON),
        sa.Column("passage_ids", sa.JSON, nullable=False),
        sa.Column("gated", sa.JSON),
        sa.Column("writer", sa.String, nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("conversation", "number", name="turns_in_order"),
    )
    op.create_index("ix_turns_conversation", "turns", ["conversation"])


def downgrade() -> None:
    op.drop_table("turns")
    op.drop_table("conversations")
