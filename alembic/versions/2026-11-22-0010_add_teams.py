"""add teams"""

import sqlalchemy as sa

from alembic import op

revision = '5e2a90c4d7b1'
down_revision = 'd4b71e09c5aa'
branch_labels = None
depends_on = None

INTO_PROJECT = "role in ('viewer', 'annotator', 'editor', 'owner')"
INTO_EITHER = (
    f"project_id is not null and team_id is null and {INTO_PROJECT}"
    " or project_id is null and team_id is not null and role in ('member', 'manager')"
)


def upgrade() -> None:
    op.create_table(
        'team',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('created_by', sa.Uuid(), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['created_by'], ['app_user.id'], name=op.f('fk_team_created_by_app_user'), ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_team')),
    )
    op.create_index('ix_team_created', 'team', ['created_at', 'id'], unique=False)
    op.create_table(
        'team_member',
        sa.Column('team_id', sa.Uuid(), nullable=False),
        sa.Column('user_id', sa.Uuid(), nullable=False),
        sa.Column('role', sa.String(length=20), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role in ('member', 'manager')", name=op.f('ck_team_member_role')),
        sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_team_member_team_id_team'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_team_member_user_id_app_user'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('team_id', 'user_id', name=op.f('pk_team_member')),
    )
    op.create_index(op.f('ix_team_member_user_id'), 'team_member', ['user_id'], unique=False)
    op.create_table(
        'team_share',
        sa.Column('project_id', sa.Uuid(), nullable=False),
        sa.Column('team_id', sa.Uuid(), nullable=False),
        sa.Column('role', sa.String(length=20), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role in ('viewer', 'annotator', 'editor')", name=op.f('ck_team_share_role')),
        sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_team_share_project_id_project'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_team_share_team_id_team'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('project_id', 'team_id', name=op.f('pk_team_share')),
    )
    op.create_index(op.f('ix_team_share_team_id'), 'team_share', ['team_id'], unique=False)
    op.add_column('invitation', sa.Column('team_id', sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f('fk_invitation_team_id_team'), 'invitation', 'team', ['team_id'], ['id'], ondelete='CASCADE')
    op.alter_column('invitation', 'project_id', nullable=True)
    op.drop_constraint(op.f('ck_invitation_role'), 'invitation', type_='check')
    op.create_check_constraint(op.f('ck_invitation_role'), 'invitation', INTO_EITHER)
    op.create_index(
        'uq_invitation_open_team', 'invitation', ['team_id', sa.literal_column('lower(email)')], unique=True,
        postgresql_where=sa.text('accepted_at is null and revoked_at is null'),
    )  # fmt: skip


def downgrade() -> None:
    op.execute('delete from invitation where team_id is not null')
    op.drop_index('uq_invitation_open_team', table_name='invitation')
    op.drop_constraint(op.f('ck_invitation_role'), 'invitation', type_='check')
    op.drop_column('invitation', 'team_id')
    op.alter_column('invitation', 'project_id', nullable=False)
    op.create_check_constraint(op.f('ck_invitation_role'), 'invitation', INTO_PROJECT)
    op.drop_table('team_share')
    op.drop_table('team_member')
    op.drop_table('team')
