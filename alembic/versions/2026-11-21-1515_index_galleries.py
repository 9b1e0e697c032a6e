"""index galleries"""

import sqlalchemy as sa

from alembic import op

revision = '7d1c9a52e0b4'
down_revision = '29c0343355b4'
branch_labels = None
depends_on = None

PRESENT = sa.text('deleted_at is null')
# What filters ask of a row travels with every order, so that a page walks one index and touches only the rows that it shows.
STATE = ['status', 'segmentation_status', 'object_count']
SORTED = {
    'ix_image_project_created': (['project_id', sa.text('created_at desc'), sa.text('id desc')], STATE),
    'ix_image_project_name': (['project_id', 'name', 'id'], STATE),
    'ix_image_project_objects': (['project_id', sa.literal_column('coalesce(object_count, -1)'), 'id'], STATE),
    'ix_image_project_doubt': (['project_id', sa.literal_column('coalesce(doubt, -1)'), 'id'], [*STATE, 'doubt']),
    'ix_image_project_status': (['project_id', 'status', 'segmentation_status'], ['object_count']),
}


def upgrade() -> None:
    # Both are trusted: the owner of the database may make them.
    op.execute('create extension if not exists pg_trgm')
    op.execute('create extension if not exists btree_gin')
    for name, (columns, included) in SORTED.items():
        op.drop_index(name, table_name='image')
        op.create_index(name, 'image', columns, unique=False, postgresql_where=PRESENT, postgresql_include=included)
    op.create_index(
        'ix_image_search', 'image', ['project_id', 'name', 'tags'], unique=False,
        postgresql_using='gin', postgresql_ops={'name': 'gin_trgm_ops'}, postgresql_where=PRESENT,
    )
    # An index answers alone only for rows that vacuum has seen; a fifth of a million changed rows is too long to wait.
    op.execute(
        'alter table image set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02, '
        'autovacuum_analyze_scale_factor = 0.02)'
    )


def downgrade() -> None:
    op.execute('alter table image reset (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor, autovacuum_analyze_scale_factor)')
    op.drop_index('ix_image_search', table_name='image')
    for name, (columns, _) in SORTED.items():
        op.drop_index(name, table_name='image')
        op.create_index(name, 'image', columns, unique=False, postgresql_where=PRESENT)
