"""A person at a browser: cookies, forms with all their fields, the token of each page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

TIMEOUT_S = 30.0
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')

Fields = dict[str, list[str]]


class Browser:
    """One session."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def page(self, path: str) -> str:
        """The source of a page. Raises HTTPError."""
        with self._opener.open(self._address + path, timeout=TIMEOUT_S) as answer:
            return str(answer.read().decode())

    def leads_to(self, path: str) -> str:
        """The path of the page that a page sends to."""
        with self._opener.open(self._address + path, timeout=TIMEOUT_S) as answer:
            return str(urlsplit(answer.geturl()).path)

    def send(self, path: str, fields: Mapping[str, list[str]]) -> str:
        """Post a form; the page that follows. Raises HTTPError, with what the page says."""
        data = urlencode(fields, doseq=True).encode()
        try:
            with self._opener.open(self._address + path, data, timeout=TIMEOUT_S) as answer:
                return str(answer.read().decode())
        except HTTPError as error:
            told = re.findall(r'class="error"[^>]*>([^<]+)', error.read().decode("utf-8", "replace"))
            raise RuntimeError(f"{path} answered {error.code}: {'; '.join(told)}") from error

    def sign_in(self, email: str, password: str) -> None:
        """With the token of the sign-in page."""
        path = "/en/account/login"
        found = _TOKEN.search(self.page(path))
        assert found, "the sign-in page has no token"
        after = self.send(path, {"csrf_token": [found[1]], "email": [email], "password": [password]})
        if "/account/logout" not in after:
            raise RuntimeError(f"{email} could not sign in")

    def fields(self, path: str) -> Fields:
        """What the largest form of a page would send as it stands."""
        reader = _Forms()
        reader.feed(self.page(path))
        return max(reader.forms, key=len)


class _Forms(HTMLParser):
    """The fields of each form that posts, as a browser would send them; buttons are not pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Fields] = []
        self._inside = False
        self._area: str | None = None
        self._choice: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = own.get("method", "get").lower() == "post"
            if self._inside:
                self.forms.append({})
        elif tag == "input" and own.get("type") in ("checkbox", "radio"):
            if "checked" in own:
                self._put(own.get("name"), own.get("value", "on"))
        elif tag == "input":
            self._put(own.get("name"), own.get("value", ""))
        elif tag == "textarea":
            self._area = own.get("name")
            self._put(self._area, "")
        elif tag == "select":
            self._choice = own.get("name")
        elif tag == "option" and "selected" in own:
            self._put(self._choice, own.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea":
            if self._inside and self._area:  # the line break right after the tag is not part of the text
                self.forms[-1][self._area][-1] = self.forms[-1][self._area][-1].removeprefix("\n")
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._inside and self._area:
            self.forms[-1][self._area][-1] += data

    def _put(self, name: str | None, value: str) -> None:
        if self._inside and name:
            self.forms[-1].setdefault(name, []).append(value)
