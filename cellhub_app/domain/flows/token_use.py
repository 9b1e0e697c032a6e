"""Writing down where personal tokens are used, and where they are refused: once an hour for each token, network and reason.

Not each request: a program may send hundreds a minute, and what an admin asks is whence a token was used, and when first.
"""

from ipaddress import IPv6Address, ip_address, ip_network

from cellhub_app.core.runtime import Runtime
from cellhub_app.core.seldom import is_done, once_an_hour
from cellhub_app.domain.access import Principal
from cellhub_app.domain.accounts import repository
from cellhub_app.domain.activity import service as activity
from cellhub_app.domain.activity.schemas import Action

# Whoever has an IPv6 address has 2^64 of them.
OF_ONE_LINE = 64
PATH_SHOWN = 200


async def note(services: Runtime, holder: Principal, ip: str, user_agent: str, *, refused: str = "", path: str = "") -> None:
    """Write into the audit log that a token came from an address, unless that was done in this hour.

    `refused` says why it was turned away: revoked, expired, account (its person is suspended or waits) or scope.
    """
    cause = (holder.session_id, ip, refused)
    if is_done(cause):
        return
    async with once_an_hour(services.redis, cause, f"token:{holder.session_id}:{_network(ip)}:{refused}") as is_first:
        if not is_first:
            return
        async with services.work() as session:
            found = await repository.session_by_id(session, holder.session_id)
            detail = {"name": found[0].name if found else "", "refused": refused, "path": path[:PATH_SHOWN] if refused else ""}
            await activity.record(
                session,
                holder,
                Action.TOKEN_REFUSED if refused else Action.TOKEN_USE,
                resource_type="session",
                resource_id=holder.session_id,
                detail={name: word for name, word in detail.items() if word},
                ip=ip,
                user_agent=user_agent,
            )


def _network(ip: str) -> str:
    try:
        address = ip_address(ip)
    except ValueError:
        return ip
    return str(ip_network((address, OF_ONE_LINE), strict=False)) if isinstance(address, IPv6Address) else ip
