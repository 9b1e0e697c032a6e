"""add batch letters"""

import sqlalchemy as sa

from alembic import op

revision = 'b7d4e0a91c52'
down_revision = '5d1c7a90b3e4'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('batch', sa.Column('notify', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('batch', sa.Column('notified_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_batch_letter', 'batch', ['id'], unique=False, postgresql_where=sa.text('notify and notified_at is null'))


def downgrade() -> None:
    op.drop_index('ix_batch_letter', table_name='batch', postgresql_where=sa.text('notify and notified_at is null'))
    op.drop_column('batch', 'notified_at')
    op.drop_column('batch', 'notify')
