"""add trials and face-offs"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = 'd4b71e09c5aa'
down_revision = '8c3fd1e27b64'
branch_labels = None
depends_on = None

STATUSES = "status in ('queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled')"


def upgrade() -> None:
    op.create_table(
        'face_off',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('project_id', sa.Uuid(), nullable=False),
        sa.Column('user_id', sa.Uuid(), nullable=True),
        sa.Column('models', postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column('image_ids', postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column('chosen_model', sa.String(length=40), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_face_off_project_id_project'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_face_off_user_id_app_user'), ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_face_off')),
    )
    op.create_index('ix_face_off_project_created', 'face_off', ['project_id', 'created_at', 'id'], unique=False)
    op.create_table(
        'trial',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('project_id', sa.Uuid(), nullable=False),
        sa.Column('image_id', sa.Uuid(), nullable=False),
        sa.Column('face_off_id', sa.Uuid(), nullable=True),
        sa.Column('job_id', sa.Uuid(), nullable=False),
        sa.Column('user_id', sa.Uuid(), nullable=True),
        sa.Column('model', sa.String(length=40), nullable=False),
        sa.Column('weights_sha256', sa.String(length=64), nullable=True),
        sa.Column('parameters', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column('status', sa.String(length=20), nullable=False),
        sa.Column('error', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column('object_count', sa.Integer(), nullable=True),
        sa.Column('doubt', sa.REAL(), nullable=True),
        sa.Column('seconds', sa.REAL(), nullable=True),
        sa.Column('agreement', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column('truth', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(STATUSES, name=op.f('ck_trial_status')),
        sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_trial_project_id_project'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['image_id'], ['image.id'], name=op.f('fk_trial_image_id_image'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['face_off_id'], ['face_off.id'], name=op.f('fk_trial_face_off_id_face_off'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['job_id'], ['job.id'], name=op.f('fk_trial_job_id_job'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_trial_user_id_app_user'), ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_trial')),
    )
    op.create_index(op.f('ix_trial_image_id'), 'trial', ['image_id'], unique=False)
    op.create_index(op.f('ix_trial_face_off_id'), 'trial', ['face_off_id'], unique=False)
    op.create_index(op.f('ix_trial_job_id'), 'trial', ['job_id'], unique=False)
    op.create_index('ix_trial_preview', 'trial', ['image_id', 'model'], unique=False, postgresql_where=sa.text('face_off_id is null'))


def downgrade() -> None:
    op.drop_table('trial')
    op.drop_table('face_off')
