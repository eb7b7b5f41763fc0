"""The command `saycut`. Nothing heavy is imported before a command needs it."""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line of this process and leave with its exit code."""
    from saycut.cli.run import run

    sys.exit(run(sys.argv[1:]))
