"""Puts twelve frames of a film on one picture.

python docs/contact_sheet.py out/promo.mp4 docs/images/demo.jpg
"""

import sys
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np

COLUMNS: Final = 4
ROWS: Final = 3
WIDTH_PX: Final = 400
GAP_PX: Final = 4


def contact_sheet(film: Path, sheet: Path) -> None:
    """Write the middle frames of twelve equal parts of the film, row by row."""
    with av.open(film) as container:
        stream = container.streams.video[0]
        part = stream.frames / (COLUMNS * ROWS)
        wanted = {int((number + 0.5) * part) for number in range(COLUMNS * ROWS)}
        pictures = [
            frame.to_ndarray(format="bgr24")
            for number, frame in enumerate(container.decode(stream))
            if number in wanted
        ]
    height = round(WIDTH_PX * pictures[0].shape[0] / pictures[0].shape[1])
    gaps = ((GAP_PX, GAP_PX), (GAP_PX, GAP_PX), (0, 0))
    small = [
        np.pad(cv2.resize(p, (WIDTH_PX, height), interpolation=cv2.INTER_AREA), gaps)
        for p in pictures
    ]
    rows = [np.hstack(small[i : i + COLUMNS]) for i in range(0, len(small), COLUMNS)]
    sheet.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(sheet), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 82]):
        sys.exit(f"cannot write {sheet}; choose a .jpg or .png in a folder that exists")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    contact_sheet(Path(sys.argv[1]), Path(sys.argv[2]))
