"""add trash index"""

import sqlalchemy as sa

from alembic import op

revision = '5d1c7a90b3e4'
down_revision = '0bf3df066c8d'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_image_project_trash', 'image', ['project_id', sa.literal_column('created_at desc'), sa.literal_column('id desc')], unique=False, postgresql_where=sa.text('deleted_at is not null'))


def downgrade() -> None:
    op.drop_index('ix_image_project_trash', table_name='image', postgresql_where=sa.text('deleted_at is not null'))
