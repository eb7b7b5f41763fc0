"""An object store for tests: a real S3 server that lives as long as the tests run.

The server is started when the first test asks for it, once in each worker process; every test
gets a prefix of its own in one bucket.
"""

import json
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest
from obstore.exceptions import BaseError
from obstore.store import S3Store

__all__ = ["BucketServer", "bucket_server", "bucket_url"]

_BUCKET: Final = "films"
_KEY: Final = "a-key"
_SECRET: Final = "a-secret"
_START_DEADLINE_S: Final = 60.0

# Each part of the server listens twice: for its own protocol and for gRPC.
_PARTS: Final = ("master", "volume", "filer", "s3")
_OPTIONS: Final = (
    "-s3",
    "-s3.iam=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-master.telemetry=false",
    "-master.volumeSizeLimitMB=64",
    "-volume.max=20",
    "-volume.minFreeSpacePercent=0",
)


class BucketServer:
    """A running server with one bucket, and one key that may do everything in it."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self.environment = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": _KEY,
            "AWS_SECRET_ACCESS_KEY": _SECRET,
            "AWS_REGION": "us-east-1",
        }

    def bucket(self, prefix: str = "") -> S3Store:
        """Give the objects below a prefix, to look at and to damage."""
        return S3Store(
            _BUCKET,
            prefix=prefix or None,
            endpoint=self.endpoint,
            access_key_id=_KEY,
            secret_access_key=_SECRET,
            region="us-east-1",
            client_options={"allow_http": True},
            retry_config={"max_retries": 0},
        )

    def wait(self, process: subprocess.Popen[bytes], log: Path) -> None:
        """Return once a file can be written; the bucket is made by that."""
        deadline = time.monotonic() + _START_DEADLINE_S
        while True:
            try:
                self.bucket().put("made", b"")
                return
            except BaseError:
                told = log.read_text(errors="replace")[-2000:]
                assert process.poll() is None, f"the object store did not start: {told}"
                assert time.monotonic() < deadline, f"the object store does not answer: {told}"
                time.sleep(0.05)


@pytest.fixture(scope="session")
def bucket_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketServer]:
    """One server for all tests of this process."""
    folder = tmp_path_factory.mktemp("bucket-server")
    identity = {
        "name": "tests",
        "actions": ["Admin", "Read", "Write", "List"],
        "credentials": [{"accessKey": _KEY, "secretKey": _SECRET}],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    ports = _free_ports(2 * len(_PARTS))
    command = [str(Path(sys.executable).with_name("weed")), "server", f"-dir={folder}"]
    command += ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-s3.config={folder / 's3.json'}"]
    for part, port, grpc_port in zip(_PARTS, ports[::2], ports[1::2], strict=True):
        command += [f"-{part}.port={port}", f"-{part}.port.grpc={grpc_port}"]
    log = folder / "log"
    with log.open("wb") as out:
        running = subprocess.Popen([*command, *_OPTIONS], stdout=out, stderr=out, cwd=folder)
    try:
        server = BucketServer(ports[2 * _PARTS.index("s3")])
        server.wait(running, log)
        yield server
    finally:
        # Nobody needs its data any more, and its own way down takes seconds.
        running.kill()
        running.wait(30)


@pytest.fixture
def bucket_url(bucket_server: BucketServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the address of an empty place in the bucket; the environment has what opens it."""
    for name, value in bucket_server.environment.items():
        monkeypatch.setenv(name, value)
    return f"s3://{_BUCKET}/{uuid.uuid4().hex}"


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
