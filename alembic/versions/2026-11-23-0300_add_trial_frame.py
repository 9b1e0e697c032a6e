"""add the plane of trials"""

import sqlalchemy as sa

from alembic import op

revision = 'a7d20f93c1e8'
down_revision = 'e91b4c6d2a70'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('trial', sa.Column('frame', sa.Integer(), server_default=sa.text('0'), nullable=False))


def downgrade() -> None:
    op.drop_column('trial', 'frame')
