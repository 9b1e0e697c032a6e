"""What the gate knows of a request; it travels in the ASGI scope, and the doors add who is signed in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

from cellhub_app.core.errors import NotAllowed
from cellhub_app.core.ids import new_id

KEY = "cellhub"
TUS_VERSION = "1.0.0"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
Network = IPv4Network | IPv6Network


class OriginForeign(NotAllowed):
    """A browser says that a page of another site sends this."""

    code, title = "originForeign", "This request does not come from a page of CellHub"


@dataclass
class RequestContext:
    """One request: its id, whence it came, and (once known) who is behind it."""

    request_id: str
    ip: str
    user_agent: str
    user_id: str = ""

    @classmethod
    def of(cls, scope: Scope, proxies: Sequence[Network]) -> "RequestContext":
        """The context of a fresh request. A request id given by a trusted proxy is kept, so that its log and ours can be matched."""
        headers = Headers(scope=scope)
        peer = scope.get("client")
        address = _address(peer[0]) if peer else None
        trusted = address is not None and _is_among(address, proxies)
        given = headers.get("x-request-id", "")
        request_id = given if trusted and _REQUEST_ID.fullmatch(given) else new_id().hex
        forwarded = headers.get("x-forwarded-for", "") if trusted else ""
        return cls(request_id, _client_ip(address, forwarded, proxies), headers.get("user-agent", "")[:300])


def networks(words: Sequence[str]) -> tuple[Network, ...]:
    """The networks of trusted proxies. Raises ValueError for a word that is no address."""
    return tuple(ip_network(word, strict=False) for word in words)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def _is_among(address: IPv4Address | IPv6Address, proxies: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in proxies)


def _client_ip(peer: IPv4Address | IPv6Address | None, forwarded: str, proxies: Sequence[Network]) -> str:
    """The nearest address that is not a trusted proxy: everything left of it could have been written by the client."""
    nearest = peer
    for word in reversed(forwarded.split(",")) if forwarded else ():
        address = _address(word)
        if address is None:
            break
        nearest = address
        if not _is_among(address, proxies):
            break
    return str(nearest) if nearest else ""


def context_of(scope: Scope) -> RequestContext:
    """The context that the gate made; a fresh one without trusted proxies where the gate was not passed."""
    context = scope.get(KEY)
    if not isinstance(context, RequestContext):
        context = scope[KEY] = RequestContext.of(scope, ())
    return context
