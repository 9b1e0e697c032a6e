"""add upload index"""

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op

revision = '29c0343355b4'
down_revision = '3f5e285381f9'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('image', sa.Column('upload_session', sa.Uuid(), nullable=True))
    op.add_column('image', sa.Column('upload_index', sa.Integer(), nullable=True))
    op.drop_index(op.f('ix_image_project_doubt'), table_name='image', postgresql_where='(deleted_at IS NULL)')
    op.create_index('ix_image_project_doubt', 'image', ['project_id', sa.literal_column('coalesce(doubt, -1)'), 'id'], unique=False, postgresql_where=sa.text('deleted_at is null'))
    op.drop_index(op.f('ix_image_project_objects'), table_name='image', postgresql_where='(deleted_at IS NULL)')
    op.create_index('ix_image_project_objects', 'image', ['project_id', sa.literal_column('coalesce(object_count, -1)'), 'id'], unique=False, postgresql_where=sa.text('deleted_at is null'))
    op.create_unique_constraint(op.f('uq_image_project_id_upload_session_upload_index'), 'image', ['project_id', 'upload_session', 'upload_index'])


def downgrade() -> None:
    op.drop_constraint(op.f('uq_image_project_id_upload_session_upload_index'), 'image', type_='unique')
    op.drop_index('ix_image_project_objects', table_name='image', postgresql_where=sa.text('deleted_at is null'))
    op.create_index(op.f('ix_image_project_objects'), 'image', ['project_id', 'object_count', 'id'], unique=False, postgresql_where='(deleted_at IS NULL)')
    op.drop_index('ix_image_project_doubt', table_name='image', postgresql_where=sa.text('deleted_at is null'))
    op.create_index(op.f('ix_image_project_doubt'), 'image', ['project_id', 'doubt', 'id'], unique=False, postgresql_where='(deleted_at IS NULL)')
    op.drop_column('image', 'upload_index')
    op.drop_column('image', 'upload_session')
