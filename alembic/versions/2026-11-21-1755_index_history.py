"""index the history of the queue"""

import sqlalchemy as sa

from alembic import op

revision = 'c9e2f6b81d37'
down_revision = 'e3a94c1f7d20'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_batch_ended', 'batch', ['project_id', sa.literal_column('finished_at desc'), sa.literal_column('id desc')], unique=False, postgresql_where=sa.text('finished_at is not null'))
    op.create_index('ix_job_throughput', 'job', ['project_id', sa.literal_column('finished_at desc')], unique=False, postgresql_where=sa.text("kind = 'segment' and status = 'succeeded'"))
    op.drop_index('ix_job_project_finished', table_name='job')


def downgrade() -> None:
    op.create_index('ix_job_project_finished', 'job', ['project_id', sa.literal_column('finished_at desc')], unique=False)
    op.drop_index('ix_job_throughput', table_name='job', postgresql_where=sa.text("kind = 'segment' and status = 'succeeded'"))
    op.drop_index('ix_batch_ended', table_name='batch', postgresql_where=sa.text('finished_at is not null'))
