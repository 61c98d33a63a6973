"""A visitor of the portal: Flask's client with a form's token at hand, as a browser has it."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "une-phrase-assez-longue"
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Visitor:
    """Reads pages and sends forms; `send` takes the token of the page that holds the form."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self._token: str | None = None

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.client.get(path, **kwargs)

    def text(self, path: str, status: int = 200) -> str:
        """The page's source, which must have come with this status."""
        answer = self.client.get(path)
        assert answer.status_code == status, f"{path} answered {answer.status_code}"
        return answer.get_data(as_text=True)

    def send(self, path: str, data: dict[str, Any] | None = None, *, page: str | None = None) -> TestResponse:
        """Post a form. `page`: where its token is read; any page has one for who is signed in."""
        cached = self._token is not None
        answer = self.client.post(path, data={"csrf_token": self.token(page), **(data or {})})
        if answer.status_code == 400 and cached:  # another session has begun since the token was read
            self._token = None
            answer = self.client.post(path, data={"csrf_token": self.token(page), **(data or {})})
        return answer

    def token(self, page: str | None = None) -> str:
        if self._token is not None:
            return self._token  # good for the whole session
        found = _TOKEN.search(self.client.get(page or "/fr/account/login").get_data(as_text=True))
        found = found or _TOKEN.search(self.client.get("/fr/").get_data(as_text=True))
        assert found, f"no token on {page}"
        self._token = found[1]
        return found[1]

    def sign_in(self, email: str, password: str = PASSWORD, lang: str = "fr") -> TestResponse:
        page = f"/{lang}/account/login"
        self._token = None  # a session may have ended since
        answer = self.send(page, {"email": email, "password": password}, page=page)
        self._token = None  # the session is another one
        return answer


class _Fields(HTMLParser):
    """The values of inputs, text areas, selects and check boxes, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.values: dict[str, list[str]] = {}
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and given.get("name"):
            if given.get("type") in ("checkbox", "radio") and "checked" not in given:
                return
            self.values.setdefault(given["name"], []).append(given.get("value", ""))
        elif tag == "textarea":
            self._area = given["name"]
            self.values[self._area] = [""]
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select and "selected" in given:
            self.values[self._select] = [given.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            value = self.values[self._area][0] + data
            self.values[self._area] = [value.removeprefix("\n") if value == data else value]


def fields(page: str) -> dict[str, list[str]]:
    """What the forms of a page hold."""
    parser = _Fields()
    parser.feed(page)
    return parser.values


def error_of(page: str, field: str) -> str:
    """The error that is tied to a field; empty where there is none."""
    found = re.search(rf'id="{re.escape(field)}-error">([^<]*)<', page)
    tied = re.search(rf'aria-describedby="[^"]*\b{re.escape(field)}-error\b', page)
    return found[1] if found and tied else ""


def refused(answer: TestResponse, field: str, said: str) -> dict[str, list[str]]:
    """What the forms hold of a page that did not take a value and says why beside its field."""
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422, f"{field}: {answer.status_code}"
    told = error_of(page, field)
    assert said in told, f"{field} told {told!r}"
    return fields(page)


def messages(folder: Path) -> list[Any]:
    """The messages that were written, oldest first."""
    paths = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]


def link_in(message: Any) -> str:
    """The first address in a message."""
    found = re.search(r"https?://\S+", message.get_content())
    assert found, message.get_content()
    return found[0]
