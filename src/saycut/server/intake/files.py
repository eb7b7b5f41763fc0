"""An uploaded file as clients are told of it."""

from pydantic import Field

from saycut.server.envelope import Data
from saycut.server.parts import Parts
from saycut.server.signing import asset_link
from saycut.timeline import Asset

__all__ = ["FileData", "file_data"]


class FileData(Data):
    """`name` and `filename`, `kind` and `file_type`, `url` and `cdn_url` say the same."""

    file_id: str
    name: str
    filename: str
    kind: str = Field(description="video, image or audio")
    file_type: str
    url: str = Field(description="Where the file can be read again, without a token, for a week.")
    cdn_url: str
    duration_ms: int = Field(description="0 for a still.")
    duration: float = Field(description="The same in seconds.")
    width: int = Field(description="Pixels of the upright picture; 0 for sound.")
    height: int
    fps: float | None
    has_audio: bool
    size_bytes: int
    hash: str = Field(description="SHA-256 of the content, in hex.")


def file_data(parts: Parts, project_id: str, asset: Asset, base_url: str) -> FileData:
    """Give what is told of an asset."""
    url = asset_link(parts, project_id, asset, base_url)
    return FileData(
        file_id=asset.id,
        name=asset.name,
        filename=asset.name,
        kind=asset.kind.value,
        file_type=asset.kind.value,
        url=url,
        cdn_url=url,
        duration_ms=asset.duration_ms,
        duration=asset.duration_ms / 1000,
        width=asset.width,
        height=asset.height,
        fps=float(asset.frame_rate) if asset.frame_rate else None,
        has_audio=asset.has_audio or asset.kind.value == "audio",
        size_bytes=asset.size_bytes,
        hash=asset.digest,
    )
