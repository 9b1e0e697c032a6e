"""What the event handlers of visitors with a share link work with."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.domain.access import Visitor


@dataclass(frozen=True)
class Visit:
    """Who visits, and the transaction that commits when the handler returns."""

    principal: Visitor
    session: AsyncSession
