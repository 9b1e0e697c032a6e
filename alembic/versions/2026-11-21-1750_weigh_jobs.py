"""weigh jobs"""

import sqlalchemy as sa

from alembic import op

revision = 'e3a94c1f7d20'
down_revision = 'b7d4e0a91c52'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('job', sa.Column('megapixels', sa.REAL(), nullable=True))
    op.add_column('batch', sa.Column('card_pace', sa.REAL(), nullable=True))
    op.execute(
        'update job set megapixels = image.width::float8 * image.height / 1e6 from image '
        "where image.id = job.image_id and job.kind = 'segment'"
    )
    op.drop_index('ix_job_batch_status', table_name='job')
    op.create_index('ix_job_batch_status', 'job', ['batch_id', 'status'], unique=False, postgresql_include=['megapixels'])


def downgrade() -> None:
    op.drop_index('ix_job_batch_status', table_name='job')
    op.create_index('ix_job_batch_status', 'job', ['batch_id', 'status'], unique=False)
    op.drop_column('batch', 'card_pace')
    op.drop_column('job', 'megapixels')
