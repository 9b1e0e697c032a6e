"""add what revisions undo, and find objects without intensities"""

import sqlalchemy as sa

from alembic import op

revision = 'c4d81f6e2b07'
down_revision = 'b7f03e915ac2'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('revision', sa.Column('undoes', sa.Integer(), nullable=True))
    waiting = sa.text("removed_revision is null and cardinality(measures) = 23")
    op.create_index('ix_object_lacks_intensities', 'object', ['segmentation_id'], unique=False, postgresql_where=waiting)


def downgrade() -> None:
    op.drop_index('ix_object_lacks_intensities', table_name='object')
    op.drop_column('revision', 'undoes')
