"""a passkey's id and key have the lengths that the API takes."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_check_constraint(
        op.f("ck_factors_passkey_lengths"),
        "factors",
        "octet_length(passkey_id) BETWEEN 1 AND 1023 AND octet_length(public_key) BETWEEN 1 AND 600",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_factors_passkey_lengths"), "factors", type_="check")
