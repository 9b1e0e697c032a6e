"""add what revisions undo, and find objects without intensities"""

import sqlalchemy as sa

from alembic import op

revision = 'c4d81f6e2b07'
down_revision = 'c2d81f4a6e07'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('revision', sa.Column('undoes', sa.Integer(), nullable=True))
    op.drop_index('ix_object_present', table_name='object')
    present = sa.text("removed_revision is null")
    op.create_index('ix_object_present', 'object', ['segmentation_id', 'id'], unique=False, postgresql_where=present)
    waiting = sa.text("removed_revision is null and cardinality(measures) = 23")
    op.create_index('ix_object_lacks_intensities', 'object', ['segmentation_id'], unique=False, postgresql_where=waiting)


def downgrade() -> None:
    op.drop_index('ix_object_lacks_intensities', table_name='object')
    op.drop_index('ix_object_present', table_name='object')
    present = sa.text("removed_revision is null")
    op.create_index('ix_object_present', 'object', ['segmentation_id'], unique=False, postgresql_where=present)
    op.drop_column('revision', 'undoes')
