"""Procrastinate's side of `benchmarks/jobs.py`, run by the Python that it is installed for: URL KIND CONCURRENCY JOBS.

KIND is `async` or `sync`: what the task is. Prints JSON; the times are its own events'.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys

import procrastinate


async def main(url: str, kind: str, concurrency: int, jobs: int) -> None:
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, min_size=4, max_size=concurrency + 4))

    @app.task(name="async")
    async def nothing() -> None:
        return None

    @app.task(name="sync")
    def nothing_at_all() -> None:
        return None

    logging.disable(logging.CRITICAL)
    async with app.open_async():
        ask = app.connector.execute_query_one_async
        if not (await ask("SELECT to_regclass('procrastinate_jobs') IS NOT NULL AS there"))["there"]:
            await app.schema_manager.apply_schema_async()
        await app.connector.execute_query_async("TRUNCATE procrastinate_jobs, procrastinate_events CASCADE")
        task = {"async": nothing, "sync": nothing_at_all}[kind]
        await task.batch_defer_async(*({} for _ in range(jobs)))
        await app.connector.execute_query_async("ANALYZE procrastinate_jobs")
        await app.run_worker_async(concurrency=concurrency, wait=False, install_signal_handlers=False)
        found = await ask(
            "SELECT count(*) FILTER (WHERE status = 'succeeded' AND attempts = 1) AS done, count(*) AS jobs FROM procrastinate_jobs"
        )
        times = await ask(
            "SELECT extract(epoch FROM max(at) FILTER (WHERE type = 'succeeded') - min(at) FILTER (WHERE type = 'started')) AS seconds,"
            " count(*) FILTER (WHERE type = 'succeeded') AS ends FROM procrastinate_events"
        )
    assert found["done"] == found["jobs"] == times["ends"] == jobs, (dict(found), dict(times))
    seconds = float(times["seconds"])
    print(json.dumps({"jobs": jobs, "seconds": round(seconds, 3), "per_second": round(jobs / seconds, 1)}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
