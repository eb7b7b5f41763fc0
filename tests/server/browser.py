"""A browser as far as pages need one: cookies, forms with their hidden fields, no scripts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import count

import httpx

from tests.server.running import Server

__all__ = ["PASSWORD", "Browser", "Form", "Page", "browser", "from_elsewhere"]

PASSWORD = "four plain words here"

_addresses = count(1)


def from_elsewhere() -> dict[str, str]:
    """Give headers of a client at an address of its own, as a trusted proxy tells of it."""
    number = next(_addresses)
    return {"X-Forwarded-For": f"198.51.{number // 250}.{number % 250 + 1}"}


@dataclass
class Form:
    """A form of a page: where it goes and what its fields hold as it is shown."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Page:
    """What a browser shows, and what it could send."""

    answer: httpx.Response
    forms: list[Form]
    text: str
    links: list[str]

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def path(self) -> str:
        return self.answer.url.path

    def form(self, action: str) -> Form:
        found = [form for form in self.forms if form.action == action]
        assert found, (action, [form.action for form in self.forms], self.text)
        return found[0]


class Browser:
    """Follows redirects and keeps cookies; `submit` sends a form as it was shown, filled in."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def get(self, path: str) -> Page:
        return _page(self.client.get(path))

    def submit(self, form: Form, **filled: str | list[str]) -> Page:
        data = form.fields | {
            name: [value] if isinstance(value, str) else value for name, value in filled.items()
        }
        # Browsers tell no origin of forms on pages without a referrer.
        return _page(self.client.post(form.action, data=data, headers={"Origin": "null"}))

    def sign_up(self, email: str, password: str = PASSWORD, path: str = "/register") -> Page:
        form = self.get(path).form("/register")
        return self.submit(form, email=email, password=password)

    def sign_in(self, email: str, password: str = PASSWORD, path: str = "/login") -> Page:
        form = self.get(path).form("/login")
        return self.submit(form, email=email, password=password)


@contextmanager
def browser(server: Server, **headers: str) -> Iterator[Browser]:
    """Give a new browser without cookies, at an address of its own."""
    with httpx.Client(
        base_url=server.url,
        follow_redirects=True,
        timeout=60,
        headers={**from_elsewhere(), **headers},
    ) as client:
        yield Browser(client)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.links += [given[name] for name in ("href", "src") if name in given]
        if tag == "form":
            self.forms.append(Form(given["action"]))
        is_unticked = given.get("type") == "checkbox" and "checked" not in given
        if tag == "input" and "name" in given and not is_unticked:
            fields = self.forms[-1].fields
            fields.setdefault(given["name"], []).append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _page(answer: httpx.Response) -> Page:
    reader = _Reader()
    if answer.headers.get("content-type", "").startswith("text/html"):
        reader.feed(answer.text)
    return Page(answer, reader.forms, " ".join(" ".join(reader.words).split()), reader.links)
