import pytest
from fastapi import Request

from cellhub_app.api.downloads import disposition, is_current


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("plate 07.tif", "attachment; filename=\"plate 07.tif\"; filename*=UTF-8''plate%2007.tif"),
        ('a"b\r\nX-Evil: 1.png', "attachment; filename=\"a_b__X-Evil_ 1.png\"; filename*=UTF-8''a%22b%0D%0AX-Evil%3A%201.png"),
        ("Ä µm.tif", "attachment; filename=\"_ _m.tif\"; filename*=UTF-8''%C3%84%20%C2%B5m.tif"),
        ("", "attachment; filename=\"file\"; filename*=UTF-8''"),
    ],
)
def test_any_file_name_is_safe_in_a_header(name: str, header: str) -> None:
    assert disposition(name) == header
    assert disposition(name).isascii()


@pytest.mark.parametrize(
    ("given", "current"), [('"5"', True), ('W/"5"', True), ('"4", W/"5"', True), ("*", True), ('"55"', False), ("5", False), ("", False)]
)
def test_a_client_that_has_this_version_is_recognised(given: str, current: bool) -> None:
    request = Request({"type": "http", "headers": [(b"if-none-match", given.encode())] if given else []})
    assert is_current(request, '"5"') is current
