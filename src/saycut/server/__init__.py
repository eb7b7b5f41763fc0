"""HTTP and server-sent events over one engine: routes, sign-in, credits, chat, files.

Decisions live below the routes. `create_app` gives the application, `serve` runs it.
"""

from saycut.server.app import create_app
from saycut.server.parts import Options, Parts
from saycut.server.running import serve

__all__ = ["Options", "Parts", "create_app", "serve"]
