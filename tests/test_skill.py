"""The skill and the pages about clients: valid, runnable, and true to the protocol page."""

import json
import re
import subprocess
import sysconfig
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

ROOT: Final = Path(__file__).parent.parent
SKILL: Final = ROOT / "skills" / "saycut"
DOCS: Final = ROOT / "docs"
PAGES: Final = (
    *sorted(SKILL.rglob("*.md")),
    DOCS / "protocol.md",
    DOCS / "clients.md",
)

# The calls that `docs/protocol.md` names: `POST /api/tokens` in a heading or a table.
_NAMED: Final = re.compile(r"`(GET|POST|PATCH|HEAD|DELETE) (/[^`?]*)")
# curl's ways of saying what kind of request it is; data makes a POST.
_METHODS: Final = {"-I": "HEAD", "-d": "POST", "-F": "POST", "--data-binary": "POST"}


def _frontmatter() -> dict[str, Any]:
    """Read it as strict readers do, who refuse flow style: all values are strings."""
    _, front, _ = (SKILL / "SKILL.md").read_text(encoding="utf-8").split("---\n", 2)
    found: dict[str, Any] = import_module("strictyaml").load(front).data
    return found


def _blocks(page: Path) -> list[str]:
    """Give the shell examples of a page."""
    return re.findall(
        r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


def _block_with(text: str) -> str:
    (block,) = [b for b in _blocks(SKILL / "SKILL.md") if text in b]
    return block


def _commands(block: str) -> list[str]:
    """Give the words of each curl command of a shell example, here-documents left out."""
    whole = re.sub(r"<<'?(\w+)'?(.*)\n.*?^\1$", r"\2", block, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"\bcurl (.*)", whole.replace("\\\n", " "))


def _calls(block: str) -> list[tuple[str, str]]:
    """Give method and path of each curl call of a shell example."""
    return [_call(command) for command in _commands(block)]


def _call(command: str) -> tuple[str, str]:
    url = re.search(r'"\$(?:SAYCUT_URL|NEMO_API_URL)(/[^"\s]*)"', command)
    assert url, f"every call is made to the server's own address: curl {command}"
    method = re.search(r"-X (\w+)", command)
    if method:
        return method[1], urlsplit(url[1]).path
    given = (m for flag, m in _METHODS.items() if re.search(rf"(?<!\S){flag}(?!\S)", command))
    return next(given, "GET"), urlsplit(url[1]).path


def _contract() -> list[tuple[str, "re.Pattern[str]"]]:
    """Give method and pattern of path of each call that the protocol page names."""
    page = (DOCS / "protocol.md").read_text(encoding="utf-8")
    return [
        (method, re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))))
        for method, path in set(_NAMED.findall(page))
    ]


def _is_in_contract(method: str, path: str) -> bool:
    return any(method == m and pattern.fullmatch(path) for m, pattern in _contract())


def test_the_skill_is_valid_by_the_specification() -> None:
    validator = Path(sysconfig.get_path("scripts")) / "agentskills"

    done = subprocess.run(
        [validator, "validate", SKILL], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_what_the_skill_says_of_itself_is_a_block_with_version_and_openclaw() -> None:
    metadata = _frontmatter()["metadata"]

    assert re.fullmatch(r"\d+\.\d+\.\d+", metadata["version"])
    openclaw = metadata["openclaw"]
    assert openclaw["primaryEnv"] == "SAYCUT_TOKEN"
    # `requires.env` would hide the skill from everybody who has not set it.
    assert openclaw["requires"] == {"anyBins": ["curl", "saycut"]}


def test_every_variable_that_the_skill_reads_is_declared_as_optional() -> None:
    declared = {v["name"]: v["required"] for v in _frontmatter()["metadata"]["openclaw"]["envVars"]}

    read = set(re.findall(r"\$\{(S\w+):-", "".join(_blocks(SKILL / "SKILL.md"))))

    assert declared == dict.fromkeys(read, "false")


def test_the_skill_stays_short_and_its_links_lead_to_files() -> None:
    text = (SKILL / "SKILL.md").read_text(encoding="utf-8")

    links = re.findall(r"\]\(([^)#]+)\)", text)

    assert len(text.splitlines()) < 300
    assert {str(p.relative_to(SKILL)) for p in SKILL.glob("references/*")} == set(links)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_call_of_an_example_is_one_of_the_protocol(page: Path) -> None:
    calls = [call for block in _blocks(page) for call in _calls(block)]

    assert calls or page.name == "errors.md"
    assert [call for call in calls if not _is_in_contract(*call)] == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/generate"),
        ("GET", "/api/auth/anonymous-token"),
        ("GET", "/api/state/saycut/me/k3x9ab/latest/more"),
    ],
)
def test_a_call_that_the_protocol_does_not_name_is_noticed(method: str, path: str) -> None:
    assert not _is_in_contract(method, path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_shell_examples_are_shell_and_their_json_is_json(page: Path) -> None:
    for block in _blocks(page):
        done = subprocess.run(
            ["sh", "-n"], input=block, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{done.stderr}\n{block}"
        for body in re.findall(r"-d '(\{.*?\})'(?:\s|$)", block):
            json.loads(body)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_json_examples_are_json(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    for example in re.findall(r"^```json\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        json.loads(example)


def test_links_between_the_pages_lead_to_headings() -> None:
    protocol = (DOCS / "protocol.md").read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", protocol, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", h).strip().lower().replace(" ", "-") for h in headings}

    named = re.findall(r"\]\(#([^)]+)\)", protocol)
    named += re.findall(r"\]\(protocol\.md#([^)]+)\)", (DOCS / "clients.md").read_text("utf-8"))

    assert set(named) <= anchors


@dataclass
class Desk:
    """Hands out tokens as the contract says, and keeps what it was asked."""

    url: str = ""
    status: int = 200
    answer: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk(
        answer={"code": 0, "message": "success", "data": {"token": "sct_1", "credits": 100}}
    )

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            desk.asked.append((self.command, self.path, headers, body))
            answer = json.dumps(desk.answer, separators=(",", ":")).encode()
            self.send_response(desk.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        desk.url = f"http://127.0.0.1:{server.server_port}"
        yield desk
        server.shutdown()
        thread.join()


@dataclass(frozen=True)
class Shell:
    """The shell of an agent: every script in a process of its own, one home."""

    home: Path
    url: str

    def __call__(self, script: str, **variables: str) -> str:
        done = subprocess.run(
            ["sh", "-eu"],
            input=script,
            env={"HOME": str(self.home), "PATH": "/usr/local/bin:/usr/bin:/bin", **variables}
            | {"SAYCUT_URL": self.url},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stderr == ""
        return done.stdout

    def kept(self) -> dict[str, Path]:
        folder = self.home / ".config" / "saycut-skill"
        return {path.name: path for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def shell(tmp_path: Path, desk: Desk) -> Shell:
    return Shell(tmp_path, desk.url)


CONNECT: Final = "anonymous-token"


def test_connecting_takes_one_token_and_keeps_it_for_the_user_alone(
    shell: Shell, desk: Desk
) -> None:
    first = shell(_block_with(CONNECT))
    second = shell(_block_with(CONNECT))

    assert (first, second) == ("ready\n", "ready\n")
    ((method, path, headers, _),) = desk.asked
    assert (method, path) == ("POST", "/api/auth/anonymous-token")
    assert headers["x-client-id"] == shell.kept()["client_id"].read_text()
    assert "authorization" not in headers
    assert shell.kept().keys() == {"client_id", "token", "curl.conf"}
    assert {path.stat().st_mode & 0o777 for path in shell.kept().values()} == {0o600}


def test_a_token_of_the_user_is_used_and_none_is_taken(shell: Shell, desk: Desk) -> None:
    shell(_block_with(CONNECT), SAYCUT_TOKEN="sct_mine")

    assert desk.asked == []
    assert "Bearer sct_mine" in shell.kept()["curl.conf"].read_text()


def test_a_refused_token_is_told_with_the_reason_of_the_server(shell: Shell, desk: Desk) -> None:
    desk.status = 429
    desk.answer = {"code": 429, "message": "one token per client in 7 days", "data": None}

    said = subprocess.run(
        ["sh"],
        input=_block_with(CONNECT),
        env={"HOME": str(shell.home), "PATH": "/usr/bin:/bin", "SAYCUT_URL": shell.url},
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.stdout.strip() == "one token per client in 7 days"


def test_calls_carry_the_token_and_the_attribution_that_the_skill_declares(
    shell: Shell, desk: Desk
) -> None:
    script = _block_with(CONNECT) + _block_with("with-session")

    shell(script, SKILL_PLATFORM="clawhub")

    _, path, headers, body = desk.asked[-1]
    assert path == "/api/tasks/me/with-session/saycut"
    assert json.loads(body) == {"task_name": "project", "language": "en"}
    assert headers["authorization"] == "Bearer sct_1"
    front = _frontmatter()
    assert headers["x-skill-source"] == front["name"]
    assert headers["x-skill-version"] == front["metadata"]["version"]
    assert headers["x-skill-platform"] == "clawhub"


def test_words_of_the_user_reach_the_chat_unread_by_the_shell(shell: Shell, desk: Desk) -> None:
    words = "put the title '$(touch hacked)' `at` the \"start\" 好"
    chat = _block_with("od -An -N12 -tx1 /dev/urandom | tr -d ' \\n' > \"$TURN.key\"")
    asked = json.dumps(words, ensure_ascii=False)[1:-1]
    chat = re.sub(r'"text":"[^"]*"', lambda _: f'"text":"{asked}"', chat)

    shell(_block_with(CONNECT) + 'SID="k3x9ab"\n' + chat)

    _, path, headers, body = desk.asked[-1]
    assert path == "/run_sse"
    assert headers["idempotency-key"] == shell.kept()["k3x9ab.key"].read_text()
    assert json.loads(body)["new_message"]["parts"] == [{"text": words}]


def test_a_broken_line_is_resumed_with_the_same_turn_after_the_last_event(
    shell: Shell, desk: Desk
) -> None:
    chat, resume = (b for b in _blocks(SKILL / "SKILL.md") if "/run_sse" in b)
    begin = _block_with(CONNECT) + 'SID="k3x9ab"\n' + chat
    cut = 'printf \'id: 41\\ndata: {}\\n\\nid: 42\\ndata: {"par\' > "$TURN.sse"\n'

    shell(begin + cut + resume)

    *_, (_, _, sent, first), (_, path, headers, second) = desk.asked
    assert path == "/run_sse"
    assert headers["last-event-id"] == "42"
    assert headers["idempotency-key"] == sent["idempotency-key"]
    assert second == first


def test_the_token_stands_in_no_command_line() -> None:
    commands = [c for page in SKILL.rglob("*.md") for b in _blocks(page) for c in _commands(b)]

    assert commands
    assert [c for c in commands if "Authorization" in c or "TOKEN" in c] == []
    assert [c for c in commands if '-K "$KEEP/curl.conf"' not in c] == []
