"""Seconds to import the domain, in fresh processes: without reflex, without model SDKs. Goal: 1.0 s at most."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

CASES = {
    "agents": "import coexai_app.agents",
    "services": "import coexai_app.services.jobs, coexai_app.services.runs, coexai_app.services.outputs, coexai_app.services.home",
}


def seconds(script: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", script], check=True)
    return time.perf_counter() - started


def main() -> None:
    base = statistics.median(seconds("pass") for _ in range(5))
    print(f"{'what':<12}{'median s':>10}{'worst s':>10}   (the interpreter itself: {base:.2f} s)")
    for name, script in CASES.items():
        times = [seconds(script) for _ in range(5)]
        print(f"{name:<12}{statistics.median(times):>10.2f}{max(times):>10.2f}")


if __name__ == "__main__":
    main()
