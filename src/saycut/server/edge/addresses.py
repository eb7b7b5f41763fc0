"""Where a request comes from, through the proxies that are trusted to say so."""

from ipaddress import ip_address

from starlette.requests import Request

from saycut.server.parts import Parts

__all__ = ["base_url_of", "client_address", "scheme_of"]


def client_address(request: Request, parts: Parts) -> str:
    """Give the address of the client: the last one on the way that is no trusted proxy."""
    address = request.client.host if request.client else ""
    for hop in reversed(request.headers.get("x-forwarded-for", "").split(",")):
        if not hop.strip() or not _is_trusted(address, parts):
            break
        address = hop.strip()
    return address


def base_url_of(request: Request, parts: Parts) -> str:
    """Give what the client reaches this server as, for links in an answer."""
    if parts.options.public_url:
        return parts.options.public_url.rstrip("/")
    host = request.headers.get("host", request.url.netloc)
    return f"{scheme_of(request, parts)}://{host}"


def scheme_of(request: Request, parts: Parts) -> str:
    """Give `https` or `http`: how the client sent a request."""
    peer = request.client.host if request.client else ""
    said = request.headers.get("x-forwarded-proto", "")
    if said in ("http", "https") and _is_trusted(peer, parts):
        return said
    return request.url.scheme


def _is_trusted(address: str, parts: Parts) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in parts.options.trusted_proxies)
