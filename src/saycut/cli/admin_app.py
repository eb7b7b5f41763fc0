"""The commands of whoever runs a server. What they do is in `admin`, loaded when one is called."""

from typing import Annotated

import typer

__all__ = ["admin"]

_EPILOG = """
\b
Examples:
  saycut admin password anna@example.org --create
  saycut admin credits grant anna@example.org 500 --note "May"
  saycut admin users

They work on the data folder SAYCUT_DATA, or on the database SAYCUT_DATABASE_URL, also while
the server runs.
"""

admin = typer.Typer(
    help="Accounts, credits and usage of a server.",
    epilog=_EPILOG,
    invoke_without_command=True,
    rich_markup_mode=None,
)
credits_app = typer.Typer(
    help="Grant credits and look at them.", invoke_without_command=True, rich_markup_mode=None
)
admin.add_typer(credits_app, name="credits")


@admin.callback()
@credits_app.callback()
def _help(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


Email = Annotated[str, typer.Argument(metavar="EMAIL", help="Of the account.")]
User = Annotated[
    str, typer.Argument(metavar="USER", help="Id or email; `saycut admin users` lists them.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]


@admin.command()
def password(
    email: Email,
    source: Annotated[
        str | None,
        typer.Argument(metavar="[-]", help="- reads the password from stdin.", show_default=False),
    ] = None,
    create: Annotated[bool, typer.Option("--create", help="Make the account first.")] = False,
    is_json: Json = False,
) -> None:
    """Set a new password for an account; its browsers are signed out.

    \b
    saycut admin password anna@example.org
    pass show saycut/anna | saycut admin password anna@example.org - --create
    """
    from saycut.cli import admin as commands

    commands.password(email, source, create=create, is_json=is_json)


@admin.command()
def users(is_json: Json = False) -> None:
    """List the users with their plans, credits and projects, the newest first."""
    from saycut.cli import admin as commands

    commands.users(is_json=is_json)


@admin.command()
def plan(
    email: Email,
    name: Annotated[
        str, typer.Argument(metavar="PLAN", help="Such as free; SAYCUT_EXPORT_PLANS may export.")
    ],
    is_json: Json = False,
) -> None:
    """Give an account another plan.

    \b
    saycut admin plan anna@example.org studio
    """
    from saycut.cli import admin as commands

    commands.plan(email, name, is_json=is_json)


@admin.command()
def usage(
    days: Annotated[int, typer.Option("--days", min=1, help="How far back.")] = 30,
    is_json: Json = False,
) -> None:
    """Tell which clients did what, and how often."""
    from saycut.cli import admin as commands

    commands.usage(days, is_json=is_json)


@credits_app.command()
def grant(
    user: User,
    amount: Annotated[int, typer.Argument(metavar="AMOUNT", min=1, max=10**9)],
    note: Annotated[str, typer.Option("--note", help="What it is for; the user sees it.")] = "",
    is_json: Json = False,
) -> None:
    """Give credits to a user.

    \b
    saycut admin credits grant anna@example.org 500 --note "May"
    """
    from saycut.cli import admin as commands

    commands.grant(user, amount, note, is_json=is_json)


@credits_app.command()
def show(user: User, is_json: Json = False) -> None:
    """Tell the credits of a user and what came and went.

    \b
    saycut admin credits show anna@example.org
    """
    from saycut.cli import admin as commands

    commands.show(user, is_json=is_json)
