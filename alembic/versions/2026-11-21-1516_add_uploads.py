"""add uploads"""

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op

revision = '0bf3df066c8d'
down_revision = '7d1c9a52e0b4'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('resumable_upload',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=True),
    sa.Column('index', sa.Integer(), nullable=True),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
    sa.Column('length', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_resumable_upload_project_id_project'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_resumable_upload_user_id_app_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_resumable_upload'))
    )
    op.create_index(op.f('ix_resumable_upload_created_at'), 'resumable_upload', ['created_at'], unique=False)
    op.create_index(op.f('ix_resumable_upload_project_id'), 'resumable_upload', ['project_id'], unique=False)
    op.create_index(op.f('ix_resumable_upload_user_id'), 'resumable_upload', ['user_id'], unique=False)
    op.create_table('upload_session',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('is_archive', sa.Boolean(), nullable=False),
    sa.Column('needed', sa.Integer(), nullable=False),
    sa.Column('received', sa.Integer(), nullable=False),
    sa.Column('duplicate', sa.Integer(), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.Column('bytes_total', sa.BigInteger(), nullable=False),
    sa.Column('bytes_received', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_upload_session_project_id_project'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_upload_session_user_id_app_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_upload_session'))
    )
    op.create_index(op.f('ix_upload_session_created_at'), 'upload_session', ['created_at'], unique=False)
    op.create_index('ix_upload_session_owner', 'upload_session', ['project_id', 'user_id', sa.literal_column('created_at desc'), sa.literal_column('id desc')], unique=False)
    op.create_index(op.f('ix_upload_session_user_id'), 'upload_session', ['user_id'], unique=False)
    op.create_table('upload_file',
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('index', sa.Integer(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
    sa.Column('path', sqlmodel.sql.sqltypes.AutoString(length=4000), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('last_modified', sa.BigInteger(), nullable=True),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=True),
    sa.Column('image_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint("state in ('needed', 'received', 'duplicate', 'refused')", name=op.f('ck_upload_file_state')),
    sa.ForeignKeyConstraint(['session_id'], ['upload_session.id'], name=op.f('fk_upload_file_session_id_upload_session'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('session_id', 'index', name=op.f('pk_upload_file'))
    )


def downgrade() -> None:
    op.drop_table('upload_file')
    op.drop_index(op.f('ix_upload_session_user_id'), table_name='upload_session')
    op.drop_index('ix_upload_session_owner', table_name='upload_session')
    op.drop_index(op.f('ix_upload_session_created_at'), table_name='upload_session')
    op.drop_table('upload_session')
    op.drop_index(op.f('ix_resumable_upload_user_id'), table_name='resumable_upload')
    op.drop_index(op.f('ix_resumable_upload_project_id'), table_name='resumable_upload')
    op.drop_index(op.f('ix_resumable_upload_created_at'), table_name='resumable_upload')
    op.drop_table('resumable_upload')
