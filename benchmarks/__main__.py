"""Measures Saycut against x264 and ffmpeg, side by side in one run: `make bench`.

Each program runs as a process of its own, in turn, and the medians are compared, because
machines are noisy and one number means little. Writes `benchmarks/out/results.json`:

    promo_30.cpu_vs_x264      CPU of photos to muxed file without verification, over that of
                              x264 with its own threads on the same raw frames
    promo_30.wall_vs_x264     wall time likewise, verification included
    promo_30.cpu_vs_ffmpeg    CPU without verification over that of ffmpeg's filter graph
    promo_30.verify_vs_x264   CPU of verification over that of x264
    promo_30.rss_mb           memory of all processes together
    retitle                   wall time of an export after a changed lower third, over the first
"""

import argparse
import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.measure import Cost, median_of, run

RESULTS: Final = Path(__file__).parent / "out" / "results.json"
PYTHON: Final = sys.executable


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure Saycut against x264 and ffmpeg.")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each program (default 3)")
    rounds = parser.parse_args().rounds
    with TemporaryDirectory() as folder:
        results = promo_30(Path(folder), rounds)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(f"\nwritten to {RESULTS.relative_to(Path.cwd())}")


def promo_30(folder: Path, rounds: int) -> dict[str, object]:
    """Run all programs of promo-30 in turn; gives the ratios of their medians."""
    frames = folder / "frames.yuv"
    run([PYTHON, "-m", "benchmarks.promo", "raw", str(frames)])
    run([PYTHON, "-m", "benchmarks.promo", "texts", str(folder)])
    costs: dict[str, list[Cost]] = {"saycut": [], "retitled": [], "x264": [], "ffmpeg": []}
    verify_cpu_s = []
    for number in range(1, rounds + 1):
        print(f"round {number} of {rounds}", flush=True)
        made = folder / f"made{number}"
        made.mkdir()
        export = [PYTHON, "-m", "benchmarks.promo", "export", str(made)]
        costs["saycut"].append(run(export))
        verify_cpu_s.append(json.loads((made / "report.json").read_text())["verify_cpu_s"])
        costs["retitled"].append(run([*export, "Open today"]))
        for rival, source in (("x264", frames), ("ffmpeg", folder)):
            out = str(folder / f"{rival}.mp4")
            costs[rival].append(run([PYTHON, "-m", "benchmarks.rivals", rival, str(source), out]))
        shutil.rmtree(made)
    medians = {name: median_of(found) for name, found in costs.items()}
    _print_table(medians)
    saycut, x264, verify_s = medians["saycut"], medians["x264"], sorted(verify_cpu_s)[rounds // 2]
    ratios = {
        "cpu_vs_x264": (saycut.cpu_s - verify_s) / x264.cpu_s,
        "wall_vs_x264": saycut.wall_s / x264.wall_s,
        "cpu_vs_ffmpeg": (saycut.cpu_s - verify_s) / medians["ffmpeg"].cpu_s,
        "verify_vs_x264": verify_s / x264.cpu_s,
        "rss_mb": saycut.rss_mb,
    }
    retitle = medians["retitled"].wall_s / saycut.wall_s
    results = {
        "promo_30": {k: round(v, 3) for k, v in ratios.items()},
        "retitle": round(retitle, 3),
    }
    print(json.dumps(results, indent=2))
    return results


def _print_table(medians: dict[str, Cost]) -> None:
    print(f"\n{'':10}{'CPU s':>8}{'wall s':>8}{'MB':>8}")
    for name, cost in medians.items():
        print(f"{name:10}{cost.cpu_s:8.1f}{cost.wall_s:8.1f}{cost.rss_mb:8.0f}")


if __name__ == "__main__":
    main()
