"""appointments have a second text, which assistants see; what was written so far stays clinical."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("appointments", sa.Column("logistics", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("appointments", "logistics")
