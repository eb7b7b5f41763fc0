"""Running one command line: errors become messages and exit codes here, and nowhere else."""

import json
import sys
import traceback
from collections.abc import Sequence

import typer

from saycut.cli.app import app
from saycut.cli.errors import Interrupted
from saycut.cli.exits import ExitCode, code_of, exit_code_of
from saycut.cli.plain import printable
from saycut.cli.signals import exit_code_of_stop
from saycut.errors import SaycutError

__all__ = ["run"]

_STOPPED = "stopped: nothing was made or changed"


def run(arguments: Sequence[str]) -> int:
    """Run a command and give its exit code; with `--json` errors are JSON on stdout too."""
    is_json = "--json" in arguments
    try:
        words = _in_order(arguments) or ["--help"]
        code = app(args=words, prog_name="saycut", standalone_mode=False)
    except typer.TyperException as error:
        message = f"{error.format_message().rstrip('.')}; see saycut --help"
        return _failed(ExitCode.USAGE, ExitCode.USAGE, message, is_json=is_json)
    except SaycutError as error:
        message = "\n".join([str(error), *getattr(error, "__notes__", [])])
        return _failed(exit_code_of(error), code_of(error), message, is_json=is_json)
    except Interrupted as stop:
        return _failed(exit_code_of_stop(), ExitCode.INTERRUPTED, str(stop), is_json=is_json)
    except OSError as error:
        message = f"the system refused to go on: {error}; check the disks and their permissions"
        return _failed(ExitCode.INTERNAL, 1, message, is_json=is_json)
    except Exception as error:
        traceback.print_exc()
        message = f"this is a fault in Saycut, please report it: {type(error).__name__}: {error}"
        return _failed(ExitCode.INTERNAL, 1, message, is_json=is_json)
    # The command library turns ^C into this code by itself.
    if code == ExitCode.INTERRUPTED:
        return _failed(exit_code_of_stop(), ExitCode.INTERRUPTED, _STOPPED, is_json=is_json)
    return code or ExitCode.DONE


def _in_order(arguments: Sequence[str]) -> list[str]:
    """Put `--json` behind the command, where the commands have it: `saycut --json projects`."""
    words = list(arguments)
    if len(words) > 1 and words[0] == "--json":
        words[:2] = [words[1], words[0]]
    return words


def _failed(exit_code: int, code: int, message: str, *, is_json: bool) -> int:
    if is_json:
        sys.stdout.write(json.dumps({"error": {"code": code, "message": message}}) + "\n")
    else:
        sys.stderr.write(f"saycut: {printable(message)}\n")
    return exit_code
