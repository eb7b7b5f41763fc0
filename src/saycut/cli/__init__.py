"""The command `saycut`. Nothing heavy is imported before a command needs it."""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line of this process and leave with its exit code."""
    from saycut.cli.exits import ExitCode
    from saycut.cli.run import run
    from saycut.cli.signals import end_in_order
    from saycut.cli.streams import outlast_readers, trouble_with_output

    outlast_readers()
    end_in_order()
    code = run(sys.argv[1:])
    if trouble := trouble_with_output():
        sys.stderr.write(f"saycut: cannot write to stdout: {trouble}; send it elsewhere\n")
        code = code or ExitCode.INTERNAL
    sys.exit(code)
