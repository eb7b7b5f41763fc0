"""The commands and their options. What they do is in `commands`, loaded when one is called."""

from pathlib import Path
from typing import Annotated

import typer

from saycut import __version__
from saycut.cli.admin_app import admin
from saycut.cli.exits import explanation

__all__ = ["app"]

_EPILOG = f"""
\b
Examples:
  saycut make *.jpg song.mp3 -p "a 30-second promo with transitions and a title"
  saycut make holiday/*.jpg -p "slideshow, vertical" -o story.mp4 --size 1080x1920
  saycut edit k3f9ap -p "make it 15 seconds, music at 30 %" -o short.mp4
  saycut undo k3f9ap

\b
Exit codes:
{explanation()}

Projects live in the folder SAYCUT_DATA (by default your user data folder), one process at
a time. Add --json to any command for one JSON object on stdout.
"""


def _path(text: str) -> Path:
    # `Path("")` is the working folder, which nobody means by an empty word.
    if not text:
        raise typer.BadParameter("an empty word is no file; leave it out or name one")
    return Path(text)


app = typer.Typer(
    help="Photos, clips, music and a sentence become a finished video.",
    epilog=_EPILOG,
    add_completion=False,
    # Plain help starts three times as fast as the formatted one.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Files = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="FILES...", parser=_path, help="Photos, clips and music.", show_default=False
    ),
]
DraftMedia = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="FILES...",
        parser=_path,
        help="The assets a1, a2, ... in order, or ID=PATH.",
        show_default=False,
    ),
]
GivenDraft = Annotated[
    Path, typer.Argument(metavar="DRAFT", parser=_path, help="A draft, as --draft writes it.")
]
Project = Annotated[
    str, typer.Argument(metavar="PROJECT", help="Id or name; `saycut projects` lists them.")
]
Request = Annotated[
    str, typer.Option("-p", "--prompt", help="What to do, in your words; - reads it from stdin.")
]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        parser=_path,
        metavar="PATH",
        help="The film, an .mp4.",
        show_default=False,
    ),
]
FilmSize = Annotated[
    str | None,
    typer.Option("--size", help="1080x1920 (the shape too), 720p or 4k.", show_default=False),
]
DraftFile = Annotated[
    Path | None,
    typer.Option(
        "--draft",
        parser=_path,
        metavar="PATH",
        help="Write the draft there, a .json.",
        show_default=False,
    ),
]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Go on without files that are bad.")]
Server = Annotated[
    str | None,
    typer.Option(
        "--server",
        metavar="URL",
        help="Work on that server; else SAYCUT_URL, else this machine.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress, only the result.")]


app.add_typer(admin, name="admin")


def _version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"saycut {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    pass


@app.command()
def make(
    request: Request,
    files: Files = None,
    output: Output = None,
    size: FilmSize = None,
    draft: DraftFile = None,
    project: Annotated[
        str | None, typer.Option("--project", help="Its name; else its title.", show_default=False)
    ] = None,
    skip_bad: SkipBad = False,
    server: Server = None,
    is_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make a film from files and a request.

    \b
    saycut make *.jpg song.m4a -p "create a 30-second promotional video" -o promo.mp4
    echo "一个15秒的竖屏短片" | saycut make *.jpg -p -

    Without -o the film is named after its title and never overwrites a file; with -o an
    older film of that name is replaced once the new one is finished and checked.
    """
    from saycut.cli import commands

    commands.make(
        request,
        files or [],
        output=output,
        size=size,
        draft=draft,
        name=project,
        skip_bad=skip_bad,
        voice=commands.Voice(is_json=is_json, is_quiet=quiet),
        server=server,
    )


@app.command()
def edit(
    project: Project,
    request: Request,
    files: Files = None,
    output: Output = None,
    size: FilmSize = None,
    draft: DraftFile = None,
    skip_bad: SkipBad = False,
    server: Server = None,
    is_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Change a film with a sentence, with more files if you like.

    \b
    saycut edit k3f9ap -p "swap photo 2 and 3"
    saycut edit k3f9ap new.jpg -p "add the new photo at the end" -o film.mp4

    The film is exported when -o is given or the request asks for it.
    """
    from saycut.cli import commands

    commands.edit(
        project,
        request,
        files or [],
        output=output,
        size=size,
        draft=draft,
        skip_bad=skip_bad,
        voice=commands.Voice(is_json=is_json, is_quiet=quiet),
        server=server,
    )


@app.command()
def chat(
    files: Files = None,
    server: Server = None,
    project: Annotated[
        str | None,
        typer.Option("--project", help="Go on with that project, by id.", show_default=False),
    ] = None,
    is_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    quiet: Quiet = False,
) -> int:
    """Make and change a film by talking; files may be dropped into the line.

    \b
    saycut chat holiday/*.jpg song.mp3
    saycut chat --server https://video.example.org
    printf 'a 10-second promo\\nexport\\n' | saycut chat *.jpg

    /help lists what else can be typed. It works on this machine unless a server is named.
    """
    from saycut.cli import chat as talking

    voice = talking.ChatVoice(is_json=is_json, is_quiet=quiet)
    return talking.chat(files or [], server=server, project=project, voice=voice)


@app.command()
def export(
    project: Project,
    output: Output = None,
    size: FilmSize = None,
    server: Server = None,
    is_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make the film of a project again; parts that did not change are not rendered again.

    \b
    saycut export k3f9ap -o film.mp4
    saycut export "Golden Hour" --size 720p
    """
    from saycut.cli import commands

    voice = commands.Voice(is_json=is_json, is_quiet=quiet)
    commands.export(project, output=output, size=size, voice=voice, server=server)


@app.command()
def render(
    draft: GivenDraft,
    files: DraftMedia = None,
    output: Output = None,
    size: FilmSize = None,
    is_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make the film of a draft and its media, without a project.

    \b
    saycut make p1.jpg p2.jpg song.mp3 -p "a 10-second promo" --draft promo.json
    saycut render promo.json p1.jpg p2.jpg song.mp3 -o promo.mp4
    saycut render promo.json a3=other.mp3 p1.jpg p2.jpg -o other.mp4 --size 720p

    Files are the assets a1, a2, ... of the draft, in order, the same content once; ID=PATH
    says which one a file is. docs/draft.md describes drafts.
    """
    from saycut.cli import drafts

    voice = drafts.Voice(is_json=is_json, is_quiet=quiet)
    drafts.render(draft, files or [], output=output, size=size, voice=voice)


@app.command("import")
def import_(
    draft: GivenDraft,
    files: DraftMedia = None,
    project: Annotated[
        str | None, typer.Option("--project", help="Its name; else its title.", show_default=False)
    ] = None,
    is_json: Json = False,
) -> None:
    """Make a project of a draft and its media, to edit and export it.

    \b
    saycut import promo.json p1.jpg p2.jpg song.mp3 --project "Promo for May"
    saycut edit "Promo for May" -p "music at 30 %" -o promo.mp4

    Files are given as for `saycut render`.
    """
    from saycut.cli import drafts

    drafts.import_draft(draft, files or [], name=project, voice=drafts.Voice(is_json=is_json))


@app.command()
def probe(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILES...", parser=_path, help="Photos, clips and music."),
    ],
    is_json: Json = False,
) -> int:
    """Tell what files are and what is found in them: length, pixels, beats, faces, colours.

    \b
    saycut probe holiday/*.jpg song.mp3
    saycut probe clip.mp4 --json

    Nothing is kept. Bad files are named with what is wrong, and the exit code is 3.
    """
    from saycut.cli.probe import probe as run

    return run(files, is_json=is_json)


@app.command()
def show(
    project: Project, draft: DraftFile = None, server: Server = None, is_json: Json = False
) -> None:
    """Tell what is on the timeline of a project."""
    from saycut.cli import library

    library.show(project, draft=draft, voice=library.Voice(is_json=is_json), server=server)


@app.command()
def projects(server: Server = None, is_json: Json = False) -> None:
    """List the projects, the newest first."""
    from saycut.cli import library

    library.projects(voice=library.Voice(is_json=is_json), server=server)


@app.command()
def undo(project: Project, server: Server = None, is_json: Json = False) -> None:
    """Take the last edit back; nothing is lost, `redo` brings it back."""
    from saycut.cli import library

    library.undo(project, voice=library.Voice(is_json=is_json), server=server)


@app.command()
def redo(project: Project, server: Server = None, is_json: Json = False) -> None:
    """Bring back the edit that was undone last."""
    from saycut.cli import library

    library.redo(project, voice=library.Voice(is_json=is_json), server=server)


@app.command()
def plan(
    cases: Annotated[
        Path,
        typer.Argument(metavar="CASES", parser=_path, help="Requests, one JSON object a line."),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output", parser=_path, metavar="PATH", help="Facts, one object a line."
        ),
    ],
    is_json: Json = False,
) -> None:
    """Plan many requests without media and write what came of each.

    \b
    saycut plan cases.jsonl -o facts.jsonl
    """
    from saycut.cli import commands

    commands.plan(cases, output, voice=commands.Voice(is_json=is_json))


@app.command()
def serve(
    host: Annotated[
        str | None, typer.Option("--host", help="Address to listen on.", show_default="127.0.0.1")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", min=0, max=65535, help="0: any free.", show_default="8321"),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", parser=_path, metavar="FOLDER", help="Projects and media."),
    ] = None,
    database_url: Annotated[
        str | None, typer.Option("--database-url", help="postgresql://... for several servers.")
    ] = None,
    blobs_url: Annotated[
        str | None, typer.Option("--blobs", help="Media and films: a folder or s3://bucket.")
    ] = None,
    public_url: Annotated[
        str | None, typer.Option("--public-url", help="What clients reach the server as.")
    ] = None,
    is_open: Annotated[
        bool | None,
        typer.Option(
            "--open/--no-open",
            help="One local user without limits, or accounts, tokens and credits.",
            show_default="open on loopback",
        ),
    ] = None,
    allowed_origins: Annotated[
        list[str] | None,
        typer.Option("--allow-origin", help="Another web page whose scripts may call."),
    ] = None,
) -> None:
    """Serve films to chat agents, browsers and programs over HTTP.

    \b
    saycut serve
    saycut serve --host 0.0.0.0 --port 80 --no-open --public-url https://video.example.org

    --open trusts everyone who can reach the address: anything on this machine, when it is
    a loopback one. Other websites cannot use it. Settings are environment variables too;
    docs/settings.md lists them.
    """
    from saycut.cli.serve import serve as run

    run(
        data=data,
        host=host,
        port=port,
        database_url=database_url,
        blobs_url=blobs_url,
        public_url=public_url,
        is_open=is_open,
        allowed_origins=tuple(allowed_origins) if allowed_origins else None,
    )
