"""add image flaws"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = 'e91b4c6d2a70'
down_revision = 'd2a7c5e80f13'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('image', sa.Column('flaws', postgresql.ARRAY(sa.String(length=20)), server_default=sa.text("'{}'"), nullable=False))
    op.create_index(
        'ix_image_project_flawed', 'image', ['project_id'], postgresql_where=sa.text("deleted_at is null and flaws <> '{}'")
    )


def downgrade() -> None:
    op.drop_index('ix_image_project_flawed', table_name='image')
    op.drop_column('image', 'flaws')
