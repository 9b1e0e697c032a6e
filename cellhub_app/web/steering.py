"""The buttons beside a batch, wherever it is shown."""

from uuid import UUID

import reflex as rx

from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs.steering import Act
from cellhub_app.web.guard import Call, guarded


class SteeringState(rx.State, mixin=True):
    """Steers one batch."""

    @guarded
    async def pause(self, call: Call, batch_id: UUID) -> None:
        """Let a batch wait."""
        await jobs.pause(call.session, call.principal, batch_id)
        await call.record(Action.BATCH_CHANGE, "batch", batch_id, to=Act.PAUSE)

    @guarded
    async def resume(self, call: Call, batch_id: UUID) -> None:
        """Let a batch go on."""
        await jobs.resume(call.session, call.principal, batch_id)
        await call.record(Action.BATCH_CHANGE, "batch", batch_id, to=Act.RESUME)

    @guarded
    async def cancel(self, call: Call, batch_id: UUID) -> None:
        """Stop a batch."""
        await jobs.cancel(call.session, call.principal, batch_id)
        await call.record(Action.BATCH_CHANGE, "batch", batch_id, to=Act.CANCEL)

    @guarded
    async def retry(self, call: Call, batch_id: UUID) -> None:
        """Try the failed images of a batch again."""
        await jobs.retry_failed(call.session, call.principal, batch_id)
        await call.record(Action.BATCH_CHANGE, "batch", batch_id, to=Act.RETRY)
