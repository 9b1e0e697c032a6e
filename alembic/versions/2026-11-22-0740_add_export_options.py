"""add export options"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = 'd2a7c5e80f13'
down_revision = 'b3f7a9d25c18'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('export', sa.Column('options', postgresql.JSONB(astext_type=sa.Text()), nullable=True))


def downgrade() -> None:
    op.drop_column('export', 'options')
