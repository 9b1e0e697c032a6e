"""note which revision's outlines the gallery has"""

import sqlalchemy as sa

from alembic import op

revision = 'b3f7a9d25c18'
down_revision = 'd5e92a7c3f18'
branch_labels = None
depends_on = None

# Models and imports drew theirs until now, edits did not.
_DRAWN = """
    update image set outlines_revision = drawn.number from (
        select s.image_id, max(r.number) as number from revision r join segmentation s on s.id = r.segmentation_id
        where s.frame = 0 and r.kind in ('model', 'import') group by s.image_id
    ) as drawn where drawn.image_id = image.id
"""


def upgrade() -> None:
    op.add_column('image', sa.Column('outlines_revision', sa.Integer(), server_default=sa.text('0'), nullable=False))
    op.execute(_DRAWN)


def downgrade() -> None:
    op.drop_column('image', 'outlines_revision')
