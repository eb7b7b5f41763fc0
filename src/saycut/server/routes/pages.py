"""Pages to look at: the first one, a project with its last film, what a claim link shows."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Request
from starlette.responses import Response

from saycut.engine import Snapshot, snapshot_of
from saycut.server.callers import PartsDep
from saycut.server.edge.addresses import base_url_of
from saycut.server.errors import NotFound
from saycut.server.parts import Parts
from saycut.server.signing import export_link
from saycut.server.web.accounts import check_accounts, claimed, take_over_project
from saycut.server.web.browsing import Visitor, VisitorDep, check_form
from saycut.server.web.fields import FieldsDep
from saycut.server.web.html import ASSET_TYPES, PageRoute, asset_response, page, see_other
from saycut.store import LOCAL_USER, Export, Project, Transaction, UnknownProject

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_READ: Final = ("GET", "HEAD")
_PROJECTS_SHOWN: Final = 50


@router.api_route("/", methods=list(_READ))
def home(request: Request, parts: PartsDep, visitor: VisitorDep) -> Response:
    """Tell what this server is and how to begin."""
    projects: Sequence[Project] = ()
    if parts.options.is_open:
        with parts.store.reading() as tx:
            projects = tx.projects.recent(LOCAL_USER, _PROJECTS_SHOWN)
    return page(
        request,
        parts,
        visitor,
        "home.html",
        projects=projects,
        base_url=base_url_of(request, parts),
    )


@router.api_route("/pages/{name}", methods=list(_READ))
def asset(name: str) -> Response:
    """Give the style sheet or the icon."""
    if name not in ASSET_TYPES:
        raise NotFound("there is no such file")
    return asset_response(name)


@router.api_route("/workspace/projects/{project_id}", methods=list(_READ))
def project(request: Request, parts: PartsDep, visitor: VisitorDep, project_id: str) -> Response:
    """Show a project to whoever owns it."""
    if parts.options.is_open:
        owner_id = LOCAL_USER
    elif visitor.user is not None:
        owner_id = visitor.user.id
    else:
        return see_other(f"/login?next={quote(f'/workspace/projects/{project_id}', safe='')}")
    try:
        with parts.store.reading() as tx:
            found = tx.projects.get(project_id, owner_id)
            snapshot = snapshot_of(tx, found.id, owner_id)
            film = _last_film(tx, found.id)
    except UnknownProject as error:
        raise NotFound("there is no such project, or it is another account's") from error
    return _project_page(request, parts, visitor, snapshot, film)


@router.api_route("/workspace/claim", methods=list(_READ))
def claim(
    request: Request,
    parts: PartsDep,
    visitor: VisitorDep,
    ct: str = "",
    task: str = "",
    session: str = "",
    token: str = "",
) -> Response:
    """Show the one project of a claim link; a link of an older kind says how to get a new one."""
    if not ct and (task or session or token):
        return page(request, parts, visitor, "old_link.html", status=410)
    with parts.store.reading() as tx:
        found = claimed(tx, ct)
        snapshot = snapshot_of(tx, found.project.id, found.project.owner_id)
        film = _last_film(tx, found.project.id)
    return _project_page(
        request,
        parts,
        visitor,
        snapshot,
        film,
        claim=ct,
        is_free=found.is_free,
        expires_ms=found.token.expires_ms,
        query="?next=" + quote(f"/workspace/claim?ct={ct}", safe=""),
    )


@router.post("/workspace/claim")
def take_claimed(parts: PartsDep, visitor: VisitorDep, fields: FieldsDep) -> Response:
    """Take the project of a claim link over into the account that is signed in."""
    check_accounts(parts)
    secret = fields["ct"]
    check_form(parts, visitor, f"claim {secret}", fields["form_token"])
    if visitor.user is None:
        return see_other("/login")
    found = take_over_project(parts, secret, visitor.user)
    return see_other(f"/workspace/projects/{found.id}")


def _last_film(tx: Transaction, project_id: str) -> Export | None:
    films = [export for export in tx.exports.of_project(project_id) if export.digest]
    return max(films, key=lambda film: film.finished_ms or 0, default=None)


def _project_page(
    request: Request,
    parts: Parts,
    visitor: Visitor,
    snapshot: Snapshot,
    film: Export | None,
    *,
    claim: str = "",
    is_free: bool = False,
    expires_ms: int | None = None,
    query: str = "",
) -> Response:
    return page(
        request,
        parts,
        visitor,
        "project.html",
        snapshot=snapshot,
        tracks=_tracks(snapshot.summary),
        film=film,
        film_path=_path_of(export_link(parts, film)) if film else "",
        download_name=f"{_file_name(snapshot.project.name)}.mp4",
        claim=claim,
        is_free=is_free and not parts.options.is_open,
        expires_ms=expires_ms,
        query=query,
    )


def _tracks(summary: str) -> Sequence[tuple[str, str]]:
    """Take a summary apart: `1. Video: a.jpg (0-4s); b.jpg (4-8s)` is a kind and what is in it."""
    lines = (line.partition(". ")[2].partition(": ") for line in summary.splitlines()[1:])
    return tuple((kind, what) for kind, _, what in lines)


def _path_of(link: str) -> str:
    """Give a link without the server's name: pages load from where they came from alone."""
    parsed = urlsplit(link)
    return f"{parsed.path}?{parsed.query}"


def _file_name(name: str) -> str:
    plain = "".join(c if c.isalnum() or c in " -_" else " " for c in name)
    return " ".join(plain.split())[:60] or "film"
