import pytest

from cellhub_app.api.context import RequestContext, networks


def _context(peer: str | None, forwarded: str = "", proxies: tuple[str, ...] = (), request_id: str = "") -> RequestContext:
    headers = [(b"x-forwarded-for", forwarded.encode()), (b"x-request-id", request_id.encode())]
    return RequestContext.of({"type": "http", "headers": headers, "client": (peer, 1) if peer else None}, networks(proxies))


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "ip"),
    [
        ("203.0.113.9", "", (), "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", (), "203.0.113.9"),
        ("10.0.0.2", "198.51.100.1", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.2", "6.6.6.6, 198.51.100.1, 10.0.0.7", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.2", "nonsense", ("10.0.0.0/8",), "10.0.0.2"),
        ("10.0.0.2", "6.6.6.6, nonsense", ("10.0.0.0/8",), "10.0.0.2"),
        ("::ffff:10.0.0.2", "2001:db8::1", ("10.0.0.0/8",), "2001:db8::1"),
        ("::1", "198.51.100.1", ("10.0.0.0/8",), "::1"),
        (None, "198.51.100.1", ("10.0.0.0/8",), ""),
    ],
)
def test_only_trusted_proxies_may_say_whence_a_request_comes(peer: str | None, forwarded: str, proxies: tuple[str, ...], ip: str) -> None:
    assert _context(peer, forwarded, proxies).ip == ip


def test_a_request_id_is_kept_from_a_trusted_proxy_only() -> None:
    assert _context("10.0.0.2", proxies=("10.0.0.2",), request_id="abcdef-123").request_id == "abcdef-123"
    assert _context("10.0.0.2", proxies=("10.0.0.2",), request_id="a b\nc").request_id != "a b\nc"
    assert _context("203.0.113.9", request_id="abcdef-123").request_id != "abcdef-123"
