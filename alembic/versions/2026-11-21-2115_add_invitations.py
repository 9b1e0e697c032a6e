"""add invitations"""

import sqlalchemy as sa

from alembic import op

revision = 'f08c5a71b3d2'
down_revision = 'd41b7c02e9a6'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('invitation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('invited_by', sa.Uuid(), nullable=True),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("role in ('viewer', 'annotator', 'editor', 'owner')", name=op.f('ck_invitation_role')),
    sa.ForeignKeyConstraint(['invited_by'], ['app_user.id'], name=op.f('fk_invitation_invited_by_app_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_invitation_project_id_project'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_invitation_token_hash'))
    )
    op.create_index('ix_invitation_email', 'invitation', [sa.literal_column('lower(email)')], unique=False)
    op.create_index('uq_invitation_open', 'invitation', ['project_id', sa.literal_column('lower(email)')], unique=True, postgresql_where=sa.text('accepted_at is null and revoked_at is null'))


def downgrade() -> None:
    op.drop_index('uq_invitation_open', table_name='invitation', postgresql_where=sa.text('accepted_at is null and revoked_at is null'))
    op.drop_index('ix_invitation_email', table_name='invitation')
    op.drop_table('invitation')
