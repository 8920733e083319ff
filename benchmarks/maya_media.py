"""How fast a recording of an hour is decoded, and in how much memory; how fast it is packed for a transcription model, and heard here.

    .venv/bin/python benchmarks/maya_media.py [--minutes 60] [--heard 2]

The recording is made first: a hum in MP3, 64 kbit/s (espeak-ng's voice where it is installed, for the embedded recogniser). Each figure is
taken in a process of its own; peak memory is the process's, with the interpreter and the libraries, and told beside that of ten seconds.
Decoding must be at least 50 times as fast as listening.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
LEAST_TIMES_REAL_TIME = 50
TEXT = (
    "Good morning and welcome to the show. Today we talk about bread, and how a small bakery can save money. "
    "The company opened two new stores last year, and most of the customers come back every week. "
)


def make(path: Path, minutes: float) -> None:
    """An MP3 that repeats some spoken sentences."""
    import av

    from tests.extract.recordings import record, samples_of, say, tone

    piece = samples_of(say(TEXT, path.with_suffix(".wav"))) if shutil.which("espeak-ng") else tone(10)
    count = max(1, round(minutes * 60 * 32_000 / len(piece)))
    parts = (piece[at : at + 32_000] for _ in range(count) for at in range(0, len(piece), 32_000))
    record(path, parts, form="mp3", codec="libmp3lame")
    with av.open(str(path)) as container:
        print(f"recording: {container.duration / 60e6:.1f} minutes, {path.stat().st_size / 1e6:.1f} MB")


def decode(path: str, _seconds: float) -> float:
    from coexai_app.extract import recording

    with recording.opened(path, "a.mp3") as (container, form):
        return sum(len(samples) for _, samples in recording.sound(container, form, 0.0, "a.mp3")) / 32_000


def pack(path: str, seconds: float) -> float:
    from coexai_app.extract import listen

    at = 0.0
    while at < seconds:
        part = listen.pack(b"", path=path, name="a.mp3", begin=repr(at), seconds="600")
        at = part.until
        if part.ended:
            break
    return at


def hear(path: str, seconds: float) -> float:
    from coexai_app.extract import listen

    return listen.hear(b"", path=path, name="a.mp3", begin="0.0", seconds=str(seconds)).until


def measure(what: str, path: Path, seconds: float) -> tuple[float, float, float]:
    """Seconds of sound, seconds it took, and the peak in megabytes, of one function here in a process of its own."""
    command = [sys.executable, __file__, "--part", what, str(path), str(seconds)]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout)
    return told["heard"], told["took"], told["peak"]


def part(what: str, path: str, seconds: float) -> None:
    import resource

    import av  # noqa: F401  # loading it is not what is measured

    started = time.perf_counter()
    heard = {"decode": decode, "pack": pack, "hear": hear}[what](path, seconds)
    took = time.perf_counter() - started
    scale = 1_000 if sys.platform != "darwin" else 1_000_000
    print(json.dumps({"heard": heard, "took": took, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1.024 / scale}))


def main() -> int:
    if sys.argv[1:2] == ["--part"]:
        part(sys.argv[2], sys.argv[3], float(sys.argv[4]))
        return 0
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--heard", type=float, default=2, help="minutes that the embedded recogniser hears")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        long, short = Path(folder) / "long.mp3", Path(folder) / "short.mp3"
        make(long, options.minutes)
        make(short, 1 / 6)
        base = measure("decode", short, 0)[2]
        heard, took, peak = measure("decode", long, 0)
        times = heard / took
        print(
            f"decoded: {heard / 60:.1f} minutes in {took:.1f} s, {times:.0f} x real time, peak {peak:.0f} MB (ten seconds: {base:.0f} MB)"
        )
        for what, seconds in (("pack", options.minutes * 60), ("hear", options.heard * 60)):
            heard, took, peak = measure(what, long, seconds)
            print(f"{what}: {heard / 60:.1f} minutes in {took:.1f} s, {heard / took:.1f} times real time, peak {peak:.0f} MB")
    return 0 if times >= LEAST_TIMES_REAL_TIME else 1


if __name__ == "__main__":
    sys.exit(main())
