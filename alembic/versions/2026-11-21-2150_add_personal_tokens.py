"""add personal tokens"""

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op

revision = '27a9e6d05c18'
down_revision = 'f08c5a71b3d2'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('session', sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=100), server_default='', nullable=False))
    op.add_column('session', sa.Column('scopes', postgresql.ARRAY(sa.String(length=20)), nullable=True))


def downgrade() -> None:
    op.drop_column('session', 'scopes')
    op.drop_column('session', 'name')
