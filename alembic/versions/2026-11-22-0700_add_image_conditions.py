"""add the conditions of images"""

import sqlalchemy as sa

from alembic import op

revision = 'd5e92a7c3f18'
down_revision = 'c4d81f6e2b07'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'image_condition',
        sa.Column('image_id', sa.Uuid(), nullable=False),
        sa.Column('project_id', sa.Uuid(), nullable=False),
        sa.Column('plate', sa.String(length=80), nullable=False),
        sa.Column('well_row', sa.SmallInteger(), nullable=True),
        sa.Column('well_column', sa.SmallInteger(), nullable=True),
        sa.Column('condition', sa.String(length=120), nullable=False),
        sa.Column('replicate', sa.String(length=80), nullable=False),
        sa.CheckConstraint('(well_row is null) = (well_column is null)', name=op.f('ck_image_condition_whole_well')),
        sa.CheckConstraint('well_row >= 0 and well_column >= 0', name=op.f('ck_image_condition_well')),
        sa.ForeignKeyConstraint(['image_id'], ['image.id'], name=op.f('fk_image_condition_image_id_image'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_image_condition_project_id_project'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('image_id', name=op.f('pk_image_condition')),
    )
    op.create_index('ix_image_condition_project_id', 'image_condition', ['project_id', 'condition'], unique=False)


def downgrade() -> None:
    op.drop_table('image_condition')
