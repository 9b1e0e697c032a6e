from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellhub_app.api.forms import Fields, go_to, safe_path


@pytest.mark.parametrize("wanted", ["/", "/projects/1?tab=exports&q=a%20b", "/a#b"])
def test_a_path_of_ours_is_kept(wanted: str) -> None:
    assert safe_path(wanted) == wanted


@pytest.mark.parametrize(
    "wanted", ["", "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "javascript:alert(1)", "/ /x", "/\n/x",
               "evil.example", "/\t/evil.example", "///evil.example", "http:evil.example"],
)  # fmt: skip
def test_another_site_is_not_reached(wanted: str) -> None:
    assert safe_path(wanted) == "/"


@given(st.text(alphabet="/\\:?#@.ehtvil \t\n", max_size=20))
def test_whatever_is_wanted_a_browser_stays_here(wanted: str) -> None:
    landed = urlsplit(urljoin("http://cellhub.test/sign-in", safe_path(wanted)))
    assert (landed.scheme, landed.netloc) == ("http", "cellhub.test")


def test_empty_values_stay_out_of_the_query() -> None:
    assert go_to("/sign-in", error="signInRefused", next="").headers["location"] == "/sign-in?error=signInRefused"
    assert Fields({}, is_form=True).onward == ""
    assert Fields({"next": "/x"}, is_form=True).onward == "/x"
