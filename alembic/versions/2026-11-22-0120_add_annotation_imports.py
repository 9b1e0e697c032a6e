"""add imports of annotations"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = 'b7f03e915ac2'
down_revision = 'a93c5e07f1b4'
branch_labels = None
depends_on = None

STATUSES = "status in ('queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled')"


def upgrade() -> None:
    op.create_table(
        'annotation_import',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('project_id', sa.Uuid(), nullable=False),
        sa.Column('user_id', sa.Uuid(), nullable=True),
        sa.Column('job_id', sa.Uuid(), nullable=False),
        sa.Column('format', sa.String(length=20), nullable=False),
        sa.Column('mode', sa.String(length=10), nullable=False),
        sa.Column('status', sa.String(length=20), nullable=False),
        sa.Column('files', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column('report', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column('error', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(STATUSES, name=op.f('ck_annotation_import_status')),
        sa.CheckConstraint("mode in ('replace', 'add')", name=op.f('ck_annotation_import_mode')),
        sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_annotation_import_project_id_project'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_annotation_import_user_id_app_user'), ondelete='SET NULL'),
        sa.ForeignKeyConstraint(['job_id'], ['job.id'], name=op.f('fk_annotation_import_job_id_job'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_annotation_import')),
    )
    op.create_index(op.f('ix_annotation_import_job_id'), 'annotation_import', ['job_id'], unique=False)
    op.create_index('ix_annotation_import_project_created', 'annotation_import', ['project_id', 'created_at', 'id'], unique=False)


def downgrade() -> None:
    op.drop_table('annotation_import')
