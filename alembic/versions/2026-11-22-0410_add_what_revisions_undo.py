"""add what revisions undo"""

import sqlalchemy as sa

from alembic import op

revision = 'c4d81f6e2b07'
down_revision = 'b7f03e915ac2'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('revision', sa.Column('undoes', sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column('revision', 'undoes')
