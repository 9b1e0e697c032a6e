"""create tables"""

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op

revision = '3f5e285381f9'
down_revision = None
branch_labels = None
depends_on = None


GRANTS = """
do $$ begin
  if exists (select from pg_roles where rolname = 'cellhub_app') then
    grant usage on schema public to cellhub_app;
    grant select, insert, update, delete on all tables in schema public to cellhub_app;
    alter default privileges in schema public grant select, insert, update, delete on tables to cellhub_app;
    revoke update, delete on audit from cellhub_app;
    revoke insert, update, delete on alembic_version from cellhub_app;
  end if;
end $$
"""


def upgrade() -> None:
    op.create_table('app_user',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('email', sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('password_hash', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('role', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('status', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('email_verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("role in ('admin', 'operator', 'user', 'guest')", name=op.f('ck_app_user_role')),
    sa.CheckConstraint("status in ('pending', 'active', 'suspended')", name=op.f('ck_app_user_status')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_app_user'))
    )
    op.create_index('uq_app_user_email', 'app_user', [sa.literal_column('lower(email)')], unique=True)
    op.create_table('audit',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=True),
    sa.Column('action', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('resource_type', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('resource_id', sa.Uuid(), nullable=True),
    sa.Column('detail', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('ip', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('user_agent', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit'))
    )
    op.create_index('ix_audit_created', 'audit', [sa.literal_column('created_at desc'), sa.literal_column('id desc')], unique=False)
    op.create_index('ix_audit_user_created', 'audit', ['user_id', 'created_at'], unique=False)
    op.create_table('project',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('description', sqlmodel.sql.sqltypes.AutoString(length=4000), nullable=False),
    sa.Column('sample_kind', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('pixel_size_um', sa.Float(), nullable=True),
    sa.Column('status', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("sample_kind in ('nuclei', 'cells', 'spheroids', 'other')", name=op.f('ck_project_sample_kind')),
    sa.CheckConstraint('pixel_size_um > 0', name=op.f('ck_project_pixel_size')),
    sa.ForeignKeyConstraint(['created_by'], ['app_user.id'], name=op.f('fk_project_created_by_app_user'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project'))
    )
    op.create_index('ix_project_created', 'project', ['created_at', 'id'], unique=False)
    op.create_table('session',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('token_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('user_agent', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('ip', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_session_user_id_app_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_session')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_session_token_hash'))
    )
    op.create_index(op.f('ix_session_user_id'), 'session', ['user_id'], unique=False)
    op.create_table('turn',
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('served_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_turn_user_id_app_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('kind', 'user_id', name=op.f('pk_turn'))
    )
    op.create_index('ix_turn_kind_served', 'turn', ['kind', 'served_at'], unique=False)
    op.create_table('batch',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=True),
    sa.Column('status', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('model', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('parameters', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status in ('queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled')", name=op.f('ck_batch_status')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_batch_project_id_project'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_batch_user_id_app_user'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_batch'))
    )
    op.create_index('ix_batch_project_created', 'batch', ['project_id', 'created_at', 'id'], unique=False)
    op.create_index('ix_batch_unfinished', 'batch', ['project_id'], unique=False, postgresql_where=sa.text('finished_at is null'))
    op.create_table('export',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=True),
    sa.Column('status', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('progress', sa.REAL(), nullable=False),
    sa.Column('formats', postgresql.ARRAY(sa.String(length=20)), nullable=False),
    sa.Column('image_ids', postgresql.ARRAY(sa.Uuid()), nullable=True),
    sa.Column('bytes', sa.BigInteger(), nullable=True),
    sa.Column('error', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status in ('queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled')", name=op.f('ck_export_status')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_export_project_id_project'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_export_user_id_app_user'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_export'))
    )
    op.create_index('ix_export_project_created', 'export', ['project_id', 'created_at', 'id'], unique=False)
    op.create_table('image',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('uploaded_by', sa.Uuid(), nullable=True),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
    sa.Column('status', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('error', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('format', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=True),
    sa.Column('width', sa.Integer(), nullable=True),
    sa.Column('height', sa.Integer(), nullable=True),
    sa.Column('channels', sa.Integer(), nullable=True),
    sa.Column('bit_depth', sa.Integer(), nullable=True),
    sa.Column('frames', sa.Integer(), nullable=True),
    sa.Column('timepoints', sa.Integer(), nullable=True),
    sa.Column('pixel_size_um', sa.Float(), nullable=True),
    sa.Column('pixel_size_origin', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=True),
    sa.Column('bytes', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('segmentation_status', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=True),
    sa.Column('segmentation_job_id', sa.Uuid(), nullable=True),
    sa.Column('segmentation_model', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('segmentation_error', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('object_count', sa.Integer(), nullable=True),
    sa.Column('doubt', sa.Float(), nullable=True),
    sa.Column('tags', postgresql.ARRAY(sa.String(length=60)), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status in ('uploaded', 'ingesting', 'ready', 'failed')", name=op.f('ck_image_status')),
    sa.CheckConstraint('pixel_size_um > 0', name=op.f('ck_image_pixel_size')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_image_project_id_project'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['uploaded_by'], ['app_user.id'], name=op.f('fk_image_uploaded_by_app_user'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_image'))
    )
    op.create_index('ix_image_project_created', 'image', ['project_id', sa.literal_column('created_at desc'), sa.literal_column('id desc')], unique=False, postgresql_where=sa.text('deleted_at is null'))
    op.create_index('ix_image_project_doubt', 'image', ['project_id', 'doubt', 'id'], unique=False, postgresql_where=sa.text('deleted_at is null'))
    op.create_index('ix_image_project_name', 'image', ['project_id', 'name', 'id'], unique=False, postgresql_where=sa.text('deleted_at is null'))
    op.create_index('ix_image_project_objects', 'image', ['project_id', 'object_count', 'id'], unique=False, postgresql_where=sa.text('deleted_at is null'))
    op.create_index('ix_image_project_sha256', 'image', ['project_id', 'sha256'], unique=False)
    op.create_index('ix_image_project_status', 'image', ['project_id', 'status', 'segmentation_status'], unique=False, postgresql_where=sa.text('deleted_at is null'))
    op.create_table('membership',
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('role', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("role in ('viewer', 'annotator', 'editor', 'owner')", name=op.f('ck_membership_role')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_membership_project_id_project'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_membership_user_id_app_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('project_id', 'user_id', name=op.f('pk_membership'))
    )
    op.create_index(op.f('ix_membership_user_id'), 'membership', ['user_id'], unique=False)
    op.create_table('refresh_token',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('spent_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['session_id'], ['session.id'], name=op.f('fk_refresh_token_session_id_session'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refresh_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_refresh_token_token_hash'))
    )
    op.create_index(op.f('ix_refresh_token_session_id'), 'refresh_token', ['session_id'], unique=False)
    op.create_table('job',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=True),
    sa.Column('image_id', sa.Uuid(), nullable=True),
    sa.Column('export_id', sa.Uuid(), nullable=True),
    sa.Column('model', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('parameters', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('status', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('priority', sa.SmallInteger(), nullable=False),
    sa.Column('attempt', sa.SmallInteger(), nullable=False),
    sa.Column('run_after', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_id', sa.Uuid(), nullable=True),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('worker', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=True),
    sa.Column('error', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('timings', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status in ('queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled')", name=op.f('ck_job_status')),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_job_batch_id_batch'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['export_id'], ['export.id'], name=op.f('fk_job_export_id_export'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['image_id'], ['image.id'], name=op.f('fk_job_image_id_image'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_job_project_id_project'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_job_user_id_app_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job'))
    )
    op.create_index('ix_job_batch_status', 'job', ['batch_id', 'status'], unique=False)
    op.create_index('ix_job_claim', 'job', ['kind', 'user_id', sa.literal_column('priority desc'), 'id'], unique=False, postgresql_where=sa.text("status = 'queued'"))
    op.create_index(op.f('ix_job_export_id'), 'job', ['export_id'], unique=False)
    op.create_index('ix_job_image', 'job', ['image_id'], unique=False)
    op.create_index('ix_job_kind_finished', 'job', ['kind', sa.literal_column('finished_at desc')], unique=False, postgresql_where=sa.text("status = 'succeeded'"))
    op.create_index('ix_job_lease', 'job', ['lease_until'], unique=False, postgresql_where=sa.text("status = 'running'"))
    op.create_index('ix_job_project_finished', 'job', ['project_id', sa.literal_column('finished_at desc')], unique=False)
    op.create_table('segmentation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('image_id', sa.Uuid(), nullable=False),
    sa.Column('frame', sa.Integer(), nullable=False),
    sa.Column('head', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['image_id'], ['image.id'], name=op.f('fk_segmentation_image_id_image'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_segmentation')),
    sa.UniqueConstraint('image_id', 'frame', name=op.f('uq_segmentation_image_id_frame'))
    )
    op.create_table('job_log',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('job_id', sa.Uuid(), nullable=False),
    sa.Column('level', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('message', sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['job_id'], ['job.id'], name=op.f('fk_job_log_job_id_job'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job_log'))
    )
    op.create_index(op.f('ix_job_log_job_id'), 'job_log', ['job_id'], unique=False)
    op.create_table('object',
    sa.Column('segmentation_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('added_revision', sa.Integer(), nullable=False),
    sa.Column('removed_revision', sa.Integer(), nullable=True),
    sa.Column('parents', postgresql.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('class_id', sa.SmallInteger(), nullable=False),
    sa.Column('score', sa.REAL(), nullable=True),
    sa.Column('doubt', sa.REAL(), nullable=True),
    sa.Column('area_px', sa.REAL(), nullable=False),
    sa.Column('bbox', postgresql.ARRAY(sa.REAL()), nullable=False),
    sa.Column('geometry', sa.LargeBinary(), nullable=False),
    sa.Column('measures_version', sa.SmallInteger(), nullable=False),
    sa.Column('measures', postgresql.ARRAY(sa.REAL()), nullable=False),
    sa.ForeignKeyConstraint(['segmentation_id'], ['segmentation.id'], name=op.f('fk_object_segmentation_id_segmentation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('segmentation_id', 'id', 'added_revision', name=op.f('pk_object'))
    )
    op.create_index('ix_object_present', 'object', ['segmentation_id'], unique=False, postgresql_where=sa.text('removed_revision is null'))
    op.create_table('revision',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('segmentation_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=True),
    sa.Column('job_id', sa.Uuid(), nullable=True),
    sa.Column('edit_id', sa.Uuid(), nullable=True),
    sa.Column('model', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('weights_sha256', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
    sa.Column('parameters', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('note', sqlmodel.sql.sqltypes.AutoString(length=4000), nullable=False),
    sa.Column('added', sa.Integer(), nullable=False),
    sa.Column('removed', sa.Integer(), nullable=False),
    sa.Column('object_count', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind in ('model', 'edit', 'import', 'restore')", name=op.f('ck_revision_kind')),
    sa.ForeignKeyConstraint(['author_id'], ['app_user.id'], name=op.f('fk_revision_author_id_app_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['segmentation_id'], ['segmentation.id'], name=op.f('fk_revision_segmentation_id_segmentation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_revision')),
    sa.UniqueConstraint('job_id', 'segmentation_id', name=op.f('uq_revision_job_id_segmentation_id')),
    sa.UniqueConstraint('segmentation_id', 'edit_id', name=op.f('uq_revision_segmentation_id_edit_id')),
    sa.UniqueConstraint('segmentation_id', 'number', name=op.f('uq_revision_segmentation_id_number'))
    )
    op.execute(GRANTS)


def downgrade() -> None:
    op.drop_table('revision')
    op.drop_index('ix_object_present', table_name='object', postgresql_where=sa.text('removed_revision is null'))
    op.drop_table('object')
    op.drop_index(op.f('ix_job_log_job_id'), table_name='job_log')
    op.drop_table('job_log')
    op.drop_table('segmentation')
    op.drop_index('ix_job_project_finished', table_name='job')
    op.drop_index('ix_job_lease', table_name='job', postgresql_where=sa.text("status = 'running'"))
    op.drop_index('ix_job_kind_finished', table_name='job', postgresql_where=sa.text("status = 'succeeded'"))
    op.drop_index('ix_job_image', table_name='job')
    op.drop_index(op.f('ix_job_export_id'), table_name='job')
    op.drop_index('ix_job_claim', table_name='job', postgresql_where=sa.text("status = 'queued'"))
    op.drop_index('ix_job_batch_status', table_name='job')
    op.drop_table('job')
    op.drop_index(op.f('ix_refresh_token_session_id'), table_name='refresh_token')
    op.drop_table('refresh_token')
    op.drop_index(op.f('ix_membership_user_id'), table_name='membership')
    op.drop_table('membership')
    op.drop_index('ix_image_project_status', table_name='image', postgresql_where=sa.text('deleted_at is null'))
    op.drop_index('ix_image_project_sha256', table_name='image')
    op.drop_index('ix_image_project_objects', table_name='image', postgresql_where=sa.text('deleted_at is null'))
    op.drop_index('ix_image_project_name', table_name='image', postgresql_where=sa.text('deleted_at is null'))
    op.drop_index('ix_image_project_doubt', table_name='image', postgresql_where=sa.text('deleted_at is null'))
    op.drop_index('ix_image_project_created', table_name='image', postgresql_where=sa.text('deleted_at is null'))
    op.drop_table('image')
    op.drop_index('ix_export_project_created', table_name='export')
    op.drop_table('export')
    op.drop_index('ix_batch_unfinished', table_name='batch', postgresql_where=sa.text('finished_at is null'))
    op.drop_index('ix_batch_project_created', table_name='batch')
    op.drop_table('batch')
    op.drop_index('ix_turn_kind_served', table_name='turn')
    op.drop_table('turn')
    op.drop_index(op.f('ix_session_user_id'), table_name='session')
    op.drop_table('session')
    op.drop_index('ix_project_created', table_name='project')
    op.drop_table('project')
    op.drop_index('ix_audit_user_created', table_name='audit')
    op.drop_index('ix_audit_created', table_name='audit')
    op.drop_table('audit')
    op.drop_index('uq_app_user_email', table_name='app_user')
    op.drop_table('app_user')
