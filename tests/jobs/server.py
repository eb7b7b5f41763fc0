"""A server of exports alone, which tests kill: python -m tests.jobs.server FOLDER URL NAME.

It orders what each line of its input says and tells when it has. With UPGRADED set it is one of a
later version: of the libraries, of the parts of films and of what workflows do.
"""

import json
import os
import sys
from pathlib import Path

import dbos._utils

import saycut.render.chunks
from saycut.jobs import Jobs, JobsOptions
from tests.jobs.films import a_long_film, an_order, open_engine


def main() -> None:
    if "UPGRADED" in os.environ:
        dbos._utils.GlobalParams.dbos_version += ".1"
        # Constants, but for this.
        later = saycut.render.chunks.RENDER_VERSION + 1
        setattr(saycut.render.chunks, "RENDER_VERSION", later)  # noqa: B010
    with open_engine(Path(sys.argv[1]), sys.argv[2], name=sys.argv[3]) as engine:
        jobs = Jobs(engine, JobsOptions(poll_s=0.05, watch_s=0.5))
        jobs.launch()
        tell("working")
        for line in sys.stdin:
            order = json.loads(line)
            draft = a_long_film(order["duration_ms"])
            an_order(engine, jobs, order["id"], project_id=order["project_id"], draft=draft)
            tell("ordered")
        jobs.close()


def tell(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
