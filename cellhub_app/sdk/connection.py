"""Signed requests that survive a bad line: tried again with growing pauses, and signed anew when the access token has ended."""

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx

from cellhub_app.sdk.errors import Unreachable, problem_of
from cellhub_app.sdk.types import Tokens

ATTEMPTS = 6
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
_PASSING_STATUSES = frozenset({429, 502, 503, 504})


class Connection:
    """One signed-in caller. May be shared by threads."""

    def __init__(self, http: httpx.Client, *, attempts: int = ATTEMPTS, pause: Callable[[float], None] = time.sleep) -> None:
        self._http = http
        self._attempts = attempts
        self._pause = pause
        self._tokens: Tokens | None = None
        self._token = ""
        self._renewing = threading.Lock()

    def sign_in(self, email: str, password: str, code: str = "") -> None:
        """Start a session. Raises SignedOut for a wrong password, or where a `code` is asked for, Throttled, Unreachable."""
        # Each code is good once: an answer that was lost may have spent it.
        answer = self._send("POST", "/auth/login", again=not code, json={"email": email, "password": password, "code": code})
        self._token, self._tokens = "", Tokens.model_validate(_checked(answer).json())

    def use_token(self, token: str) -> None:
        """Sign every request with a personal token, which neither needs to be renewed nor ends with sign_out()."""
        self._token, self._tokens = token, None

    def sign_out(self) -> None:
        """End the session, if there is one."""
        if self._tokens is not None:
            self.request("POST", "/auth/logout")
            self._tokens = None

    def request(self, method: str, path: str, *, again: bool | None = None, **options: Any) -> httpx.Response:
        """The answer to a signed request. Raises Problem, Unreachable.

        `again` says whether it may be sent a second time after a broken line: by default only what changes nothing twice.
        """
        may_repeat = method in {"GET", "PUT", "DELETE"} if again is None else again
        used = self._tokens
        answer = self._send(method, path, again=may_repeat, **options)
        if answer.status_code == 401 and used is not None:
            self._renew(used)
            answer = self._send(method, path, again=may_repeat, **options)
        return _checked(answer)

    def stream(self, path: str, take: Callable[[httpx.Response], Any], headers: dict[str, str] | None = None) -> None:
        """Hand a large answer over while it comes. Raises Problem, Unreachable."""
        used = self._tokens
        for is_second in (False, True):
            try:
                with self._http.stream("GET", path, headers=self._signature() | (headers or {})) as answer:
                    if answer.status_code == 401 and used is not None and not is_second:
                        self._renew(used)
                        continue
                    if answer.is_error:
                        answer.read()
                        raise problem_of(answer)
                    take(answer)
                    return
            except httpx.TransportError as error:
                raise Unreachable(f"The download broke off: {error}") from error

    def try_again(self, attempt: int) -> bool:
        """Wait as long as is due after so many attempts in vain; answers whether there is another."""
        if attempt >= self._attempts:
            return False
        self._pause(_pause_s(attempt))
        return True

    def _signature(self) -> dict[str, str]:
        token = self._tokens.access_token if self._tokens else self._token
        return {"Authorization": f"Bearer {token}"} if token else {}

    def _send(self, method: str, path: str, *, again: bool, **options: Any) -> httpx.Response:
        # `files` may be a function, because a file that was read once must be opened anew.
        make_files = options.pop("files", None)
        more: dict[str, str] = options.pop("headers", {})
        for attempt in range(1, self._attempts + 1):
            files = make_files() if callable(make_files) else make_files
            try:
                answer = self._http.request(method, path, headers=self._signature() | more, files=files, **options)
            except httpx.TransportError as error:
                if attempt == self._attempts or not (again or isinstance(error, httpx.ConnectError)):
                    raise Unreachable(f"The server at {self._http.base_url} does not answer: {error}") from error
                self._pause(_pause_s(attempt))
                continue
            refused_early = answer.status_code in {429, 503}
            if answer.status_code not in _PASSING_STATUSES or attempt == self._attempts or not (again or refused_early):
                return answer
            self._pause(_retry_after_s(answer) or _pause_s(attempt))
        raise AssertionError  # the last attempt returns or raises

    def _renew(self, used: Tokens) -> None:
        """Exchange the refresh token once, however many threads found the access token ended. Raises SignedOut.

        Never sent twice: a refresh token that comes a second time ends the session.
        """
        with self._renewing:
            if self._tokens is not used:
                return
            try:
                answer = self._http.post("/auth/refresh", json={"refreshToken": used.refresh_token})
            except httpx.TransportError as error:
                raise Unreachable(f"The session could not be renewed: {error}") from error
            self._tokens = Tokens.model_validate(_checked(answer).json())


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        raise problem_of(answer)
    return answer


def _pause_s(attempt: int) -> float:
    return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (attempt - 1)) * random.uniform(0.75, 1.25)


def _retry_after_s(answer: httpx.Response) -> float:
    word = answer.headers.get("retry-after", "")
    return min(float(word), 120.0) if word.isdecimal() else 0.0
