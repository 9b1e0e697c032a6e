"""add second factors"""

import sqlalchemy as sa
import sqlmodel

from alembic import op

revision = '8c3fd1e27b64'
down_revision = '27a9e6d05c18'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('app_user', sa.Column('second_factor', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True))
    op.add_column('app_user', sa.Column('second_factor_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('app_user', sa.Column('second_factor_step', sa.BigInteger(), nullable=True))
    op.create_table('recovery_code',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('code_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_recovery_code_user_id_app_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code'))
    )
    op.create_index(op.f('ix_recovery_code_user_id'), 'recovery_code', ['user_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_recovery_code_user_id'), table_name='recovery_code')
    op.drop_table('recovery_code')
    op.drop_column('app_user', 'second_factor_step')
    op.drop_column('app_user', 'second_factor_at')
    op.drop_column('app_user', 'second_factor')
