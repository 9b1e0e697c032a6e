"""add pyramids of raw tiles"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = 'c2d81f4a6e07'
down_revision = 'b7f03e915ac2'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'pyramid',
        sa.Column('image_id', sa.Uuid(), nullable=False),
        sa.Column('frame', sa.Integer(), nullable=False),
        sa.Column('timepoint', sa.Integer(), nullable=False),
        sa.Column('bytes', sa.BigInteger(), nullable=False),
        sa.Column('error', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column('is_kept', sa.Boolean(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['image_id'], ['image.id'], name=op.f('fk_pyramid_image_id_image'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('image_id', 'frame', 'timepoint', name=op.f('pk_pyramid')),
    )
    op.create_index('ix_pyramid_passing', 'pyramid', ['made_at'], unique=False, postgresql_where=sa.text('not is_kept'))


def downgrade() -> None:
    op.drop_table('pyramid')
