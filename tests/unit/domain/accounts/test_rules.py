import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellhub_app.core.address import EmailInvalid, checked_email
from cellhub_app.domain.accounts.rules import PasswordWeak, check_password, shown_name


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("ada@example.org", "ada@example.org"),
        ("  Ada.Lovelace+lab@EXAMPLE.org ", "Ada.Lovelace+lab@example.org"),
        ("ada@mail.example.co.uk", "ada@mail.example.co.uk"),
        ("ａｄａ@example.org", "ada@example.org"),
        ("jürgen@müller.de", "jürgen@müller.de"),
    ],
)
def test_an_address_is_tidied(typed: str, address: str) -> None:
    assert checked_email(typed) == address


@pytest.mark.parametrize(
    "typed",
    ["", "ada", "ada@", "@example.org", "ada@localhost", "a b@example.org", "ada@exam ple.org", "ada@@example.org", "ada@-x.org",
     "ada@example.", ".ada@example.org", "ada..b@example.org", "ada@example.org\nBcc: x@y.org", "<ada@example.org>",
     "a@" + "b" * 64 + ".org",
     "a" * 65 + "@example.org", "ada@" + "b." * 130 + "org", "ada\x00@example.org"],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(EmailInvalid):
        checked_email(typed)


@given(st.text(max_size=300))
def test_an_accepted_address_stays_the_same_when_checked_again(typed: str) -> None:
    try:
        address = checked_email(typed)
    except EmailInvalid:
        return
    assert checked_email(address) == address
    assert not any(character.isspace() for character in address)


@pytest.mark.parametrize("password", ["correct horse", "pässwörter-1", "x7#Kq9!vLm", "correct horse " * 18])
def test_a_password_that_is_hard_to_guess_passes(password: str) -> None:
    check_password(password, "ada@example.org")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "123456789",
        "ada@example.org",
        " ADA@Example.org ",
        "aaaaaaaaaaaa",
        "1234567890",
        "ab" * 5 + "c",
        "Password123!",
        "lovelace-ada",
        "x7#Kq9!vLm" * 30,
    ],
)
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(PasswordWeak):
        check_password(password, "ada@example.org", "Ada Lovelace")


def test_a_weak_password_is_told_why_and_what_to_do() -> None:
    with pytest.raises(PasswordWeak, match=r"common password.*Add another word"):
        check_password("qwertyuiop", "ada@example.org")


def test_a_name_loses_control_characters_and_falls_back_to_the_address() -> None:
    assert shown_name("  Ada\x00\n Lovelace ", "ada@example.org") == "Ada Lovelace"
    assert shown_name("\t", "ada@example.org") == "ada"
