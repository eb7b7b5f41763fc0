"""The chat in a terminal: a line is a message, a command, or files that were dropped into it.

    a turn runs          ^C stops it; ^C again leaves
    waiting for a line   ^C twice leaves, as the end of the input does
    within a line        ^C drops the line

Without a terminal each line of stdin is taken as if it were typed, so that scripts can talk; the
exit code is then that of the first line that failed.
"""

import re
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, NoReturn

from saycut.bootstrap import client_of, named_server, open_engine, server_of_data
from saycut.cli.chat_voice import ChatVoice
from saycut.cli.doors import EXPORT_TOOL, Door
from saycut.cli.dropped import line_of
from saycut.cli.errors import Interrupted, NoSuchCommand
from saycut.cli.exits import ExitCode, exit_code_of
from saycut.cli.signals import is_asked_to_end
from saycut.client import Route, ToolResult, TurnError, TurnFailed, route_of
from saycut.errors import SaycutError
from saycut.store import DataFolderInUse

__all__ = ["ChatVoice", "chat"]

_HELP: Final = """\
Say what you want in your own words, such as "make a 30-second promo with a title".
Drop files into the line, or name them; they are taken in first.
  /upload PATH...   take files in          /status   what is on the timeline
  /export [PATH]    make the film          /credits  what there is to spend
  /undo  /redo      back and forth         /new      begin another project
  /quit             leave (^D too); ^C stops what is under way"""
_PROMPT: Final = "> "
_EXPORT_TO: Final = re.compile(
    r"export(?: (?:it|the|film|video|to|as))* (?P<path>\S+\.mp4|'[^']+\.mp4'|\"[^\"]+\.mp4\")",
    re.IGNORECASE,
)
# A path has a second slash or an ending.
_LOOKS_LIKE_A_COMMAND: Final = re.compile(r"/[a-z]+", re.IGNORECASE)


class _Leave(Exception):
    """The person wants to go."""


def chat(
    files: Sequence[Path], *, server: str | None, project: str | None, voice: ChatVoice
) -> ExitCode:
    """Talk until the end of the input; gives the exit code."""
    is_terminal = sys.stdin.isatty() and not voice.is_json
    if is_terminal:
        voice.line("Connecting...")
    with ExitStack() as opened:
        door = opened.enter_context(closing(_door(server, project)))
        talk = Talk(door, voice)
        if files:
            talk.attempt(lambda: talk.bring(files))
        if is_terminal:
            voice.line("Ready. Say what to make, drop files here, or type /help.")
            return talk.with_person()
        return talk.with_script()


def _door(server: str | None, project: str | None) -> Door:
    if url := named_server(server):
        return _door_there(url, project)
    try:
        engine = open_engine()
    except DataFolderInUse:
        if (url := server_of_data()) is None:
            raise
        return _door_there(url, project)
    from saycut.cli.door_here import DoorHere

    with ExitStack() as opened:
        opened.enter_context(engine)
        door = DoorHere(engine, project)
        opened.pop_all()
    return door


def _door_there(url: str, project: str | None) -> Door:
    from saycut.cli.door_there import DoorThere

    with ExitStack() as opened:
        client = opened.enter_context(client_of(url))
        client.is_saycut()  # a server that is not there is told at once
        door = DoorThere(client, project)
        opened.pop_all()
    return door


@dataclass
class Talk:
    """A chat under way. `code` is that of the first line that failed."""

    door: Door
    voice: ChatVoice
    code: ExitCode = ExitCode.DONE
    known: set[str] = field(default_factory=set)

    def with_person(self) -> ExitCode:
        """Talk with somebody at a terminal."""
        _prepare_terminal()
        try:
            self._talk()
        except KeyboardInterrupt:
            # A second ^C that came before the first was answered.
            self._interrupt()
        for step in self.door.next_steps()[:1]:
            self.voice.line(f"To go on: {step}")
        # Whoever was there has seen what failed.
        return ExitCode.DONE

    def _talk(self) -> None:
        has_warned = False
        while True:
            try:
                line = input(_PROMPT)
                has_warned = False
                self.attempt(partial(self.take, line))
            except _Leave:
                break
            except EOFError:
                self.voice.line("")
                break
            except KeyboardInterrupt:
                self.voice.line("")
                if is_asked_to_end():
                    self._interrupt()
                if _typed():
                    has_warned = False
                    continue
                if has_warned:
                    self._interrupt()
                has_warned = True
                self.voice.line("^C again leaves; /quit too.")

    def with_script(self) -> ExitCode:
        """Take the lines of stdin, one after the other."""
        for line in sys.stdin.buffer:
            text = line.decode("utf-8-sig", errors="replace")
            try:
                self.attempt(partial(self.take, text))
            except _Leave:
                break
        return self.code

    def attempt(self, do: Callable[[], None]) -> None:
        """Do something; what cannot be done is told, and the chat goes on."""
        try:
            do()
        except SaycutError as error:
            self.voice.error(error)
            self._failed(exit_code_of(error))
        except KeyboardInterrupt:
            if is_asked_to_end() or not sys.stdin.isatty():
                self._interrupt()
            self.voice.line("\nStopped.")

    def take(self, line: str) -> None:
        """Do what a line says."""
        if not line.strip():
            return
        word, _, rest = line.strip().partition(" ")
        if command := self._commands.get(word.lower()):
            command(rest.strip())
            return
        said = line_of(line, self.known)
        if not said.files and _LOOKS_LIKE_A_COMMAND.fullmatch(word):
            raise NoSuchCommand(word, self._commands)
        if said.files:
            self.bring(said.files)
        if not said.text:
            return
        if named := _EXPORT_TO.fullmatch(said.text):
            self._export(named["path"])
            return
        match route_of(said.text):
            case Route.EXPORT:
                self._export("")
            case Route.CREDITS:
                self._credits("")
            case Route.STATE:
                self._status("")
            case Route.UPLOAD:
                self._upload("" if not said.files else None)
            case Route.CHAT:
                self._say(said.text)

    def bring(self, files: Sequence[Path | str]) -> None:
        """Take files in."""
        from saycut.cli.remoting import Transfers

        with self.voice.progress() as report:
            brought = self.door.bring(files, Transfers(report).report)
        self.known.update(brought.names)
        self.voice.brought(brought)
        if brought.refused:
            self._failed(ExitCode.MEDIA)

    def _say(self, text: str) -> None:
        ordered: str | None = None
        is_ordered = False
        try:
            for event in self.door.say(text):
                self.voice.event(event)
                if isinstance(event, TurnError):
                    self._failed(exit_code_of(TurnFailed(event.code, event.message)))
                if isinstance(event, ToolResult) and event.name == EXPORT_TOOL:
                    is_ordered = not event.response.get("error")
                    ordered = event.response.get("id")
        except KeyboardInterrupt:
            if is_asked_to_end():
                raise
            self._stop()
            return
        if is_ordered:
            self._make(None, ordered)

    def _stop(self) -> None:
        try:
            has_stopped = self.door.stop()
        except KeyboardInterrupt:
            self._interrupt()
        if has_stopped:
            self.voice.line("\nStopped.")
        else:
            self.voice.line("\nIt had ended already; /status tells how the film stands.")
        if not sys.stdin.isatty():
            self._interrupt()

    @property
    def _commands(self) -> dict[str, Callable[[str], None]]:
        return {
            "/help": self._help,
            "/upload": self._upload,
            "/status": self._status,
            "/credits": self._credits,
            "/export": self._export,
            "/undo": self._undo,
            "/redo": self._redo,
            "/new": self._new,
            "/quit": self._quit,
            "/exit": self._quit,
        }

    def _help(self, _: str) -> None:
        self.voice.line(_HELP, "help")

    def _upload(self, rest: str | None) -> None:
        if rest is None:
            return  # the files came with the word
        found = line_of(rest)
        if found.files:
            self.bring(found.files)
        elif rest:
            # Said to be a file: the message about it comes from where it is opened.
            self.bring([Path(rest).expanduser()])
        else:
            self.voice.line("Drop files here, or name them: /upload beach.jpg song.mp3")

    def _status(self, _: str) -> None:
        self.voice.line(self.door.timeline(), "timeline")

    def _credits(self, _: str) -> None:
        self.voice.line(self.door.credits(), "credits")

    def _export(self, rest: str) -> None:
        self._make(Path(rest.strip("'\"")).expanduser() if rest else None, None)

    def _make(self, path: Path | None, ordered: str | None) -> None:
        with self.voice.progress() as report:
            film = self.door.export(path, ordered, report)
        self.voice.film(film, self.door.next_steps())

    def _undo(self, _: str) -> None:
        self.voice.line(self.door.undo(), "timeline")

    def _redo(self, _: str) -> None:
        self.voice.line(self.door.redo(), "timeline")

    def _new(self, _: str) -> None:
        self.door.new()
        self.known.clear()
        self.voice.line("A new project. Say what to make, or drop files here.")

    def _quit(self, _: str) -> None:
        raise _Leave

    def _failed(self, code: ExitCode) -> None:
        self.code = self.code or code

    def _interrupt(self) -> NoReturn:
        steps = self.door.next_steps()[:1]
        raise Interrupted(f"left the chat; go on with {steps[0]}" if steps else "left the chat")


def _typed() -> str:
    """Give what stands in the line that ^C cut off."""
    try:
        import readline
    except ImportError:
        return ""
    return readline.get_line_buffer()


def _prepare_terminal() -> None:
    try:
        import readline  # noqa: F401 - arrows and history in `input`
    except ImportError:
        return
