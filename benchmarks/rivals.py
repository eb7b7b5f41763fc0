"""What promo-30 is compared with: x264 alone on the same frames, and ffmpeg's filter graph.

python -m benchmarks.rivals x264 FRAMES.yuv OUT.mp4
python -m benchmarks.rivals ffmpeg TEXTS-FOLDER OUT.mp4
"""

import json
import subprocess
import sys
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np

from benchmarks.promo import CANVAS, CROSSFADE_MS, MOVES, MUSIC, PHOTOS, SHOT_MS, texts

__all__ = ["ffmpeg_graph", "x264_alone"]


def x264_alone(frames: Path, destination: Path) -> None:
    """Encode raw frames with x264 and its own threads: the limit for anything that uses it."""
    width, height = CANVAS.width, CANVAS.height
    raw = np.memmap(frames, np.uint8, "r").reshape(-1, height * 3 // 2, width)
    with av.open(destination, "w") as container:
        stream = container.add_stream(
            "libx264", rate=CANVAS.frame_rate, options={"preset": "veryfast", "crf": "20"}
        )
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        picture = av.VideoFrame(width, height, "yuv420p")
        planes = [
            np.frombuffer(memoryview(p), np.uint8).reshape(p.height, p.line_size)[:, : p.width]
            for p in picture.planes
        ]
        for number, frame in enumerate(raw):
            planes[0][...] = frame[:height]
            chroma = frame[height:].reshape(2, height // 2, width // 2)
            planes[1][...], planes[2][...] = chroma
            picture.pts = number
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def ffmpeg_graph(folder: Path, destination: Path) -> None:
    """Make the same film with one ffmpeg command: zoompan, xfade, overlay, loudnorm."""
    inputs: list[str] = []
    graph: list[str] = []
    seconds, crossfade_s = SHOT_MS / 1000, CROSSFADE_MS / 1000
    for index, photo in enumerate(PHOTOS):
        # Half a crossfade more on each side of a seam.
        length = seconds + crossfade_s * (0.5 if index in (0, len(PHOTOS) - 1) else 1)
        inputs += ["-i", str(photo)]
        graph.append(f"[{index}:v]{_move(index, round(length * 30))}[v{index}]")
    last = "v0"
    for index in range(1, len(PHOTOS)):
        offset = index * seconds - crossfade_s / 2
        fade = f"xfade=transition=fade:duration={crossfade_s}:offset={offset}"
        graph.append(f"[{last}][v{index}]{fade}[x{index}]")
        last = f"x{index}"
    for number, (_, start_ms, end_ms) in enumerate(texts("Now open")):
        start_s, length_s = start_ms / 1000, (end_ms - start_ms) / 1000
        inputs += ["-i", str(folder / f"text{number}.png")]
        # One decoded picture, repeated for as long as the text shows, cut to what it covers.
        shown = f"loop=-1:1,fps=30,trim=duration={length_s},format=yuva420p"
        fades = f"fade=in:d=0.4:alpha=1,fade=out:st={length_s - 0.4}:d=0.4:alpha=1"
        graph.append(
            f"[{len(PHOTOS) + number}:v]{shown},{fades},setpts=PTS+{start_s}/TB[w{number}]"
        )
        x, y = json.loads((folder / f"text{number}.json").read_text())
        graph.append(f"[{last}][w{number}]overlay={x}:{y}:eof_action=pass[o{number}]")
        last = f"o{number}"
    sound = len(PHOTOS) + len(texts(""))
    inputs += ["-i", str(MUSIC)]
    heard = "atrim=0:30,afade=in:d=0.3,afade=out:st=28:d=2,loudnorm=I=-14:TP=-1"
    graph.append(f"[{sound}:a]{heard},aresample=48000[a]")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", *inputs]
    command += ["-filter_complex", ";".join(graph), "-map", f"[{last}]", "-map", "[a]", "-t", "30"]
    command += ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p"]
    command += ["-c:a", "aac", "-b:a", "192k", "-movflags", "+faststart", str(destination)]
    subprocess.run(command, check=True)


def _move(index: int, frame_count: int) -> str:
    """Write a motion as a zoompan filter, after the crop that covers 16:9."""
    start, end = MOVES[index]
    share = f"on/{frame_count}"
    zoom = f"1/({start.width}+{end.width - start.width}*{share})"
    x = f"iw*({start.x}+{end.x - start.x}*{share})"
    y = f"ih*({start.y}+{end.y - start.y}*{share})"
    cover = "crop='min(iw,ih*16/9)':'min(ih,iw*9/16)'"
    size = f"{CANVAS.width}x{CANVAS.height}"
    return f"{cover},zoompan=z='{zoom}':x='{x}':y='{y}':d={frame_count}:s={size}:fps=30"


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["x264", source, out]:
            x264_alone(Path(source), Path(out))
        case ["ffmpeg", source, out]:
            ffmpeg_graph(Path(source), Path(out))
        case _:
            sys.exit(__doc__)
