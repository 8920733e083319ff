// graphile-worker's side of `benchmarks/jobs.py`: FOLDER URL CONCURRENCY JOBS [batched]. FOLDER holds its node_modules. Prints JSON.
// "batched" also turns on its local queue and its batched completion, which lock many jobs ahead and finish them later.

import { EventEmitter } from "node:events";
import { createRequire } from "node:module";

const [folder, connectionString, concurrency, jobs, batched] = process.argv.slice(2);
const { Logger, makeWorkerUtils, run } = createRequire(`${folder}/`)("graphile-worker");
const count = Number(jobs);
const logger = new Logger(() => () => {});

const utils = await makeWorkerUtils({ connectionString, logger });
await utils.migrate();
await utils.withPgClient(async (client) => {
  await client.query("DELETE FROM graphile_worker._private_jobs");
  await client.query("SELECT count(graphile_worker.add_job('noop', '{}')) FROM generate_series(1, $1::int)", [count]);
  await client.query("ANALYZE graphile_worker._private_jobs");
});

const events = new EventEmitter();
let began = 0;
let ended = 0;
let done = 0;
let failed = 0;
let finish;
const all = new Promise((resolve) => (finish = resolve));
events.once("job:start", () => (began = performance.now()));
events.on("job:error", () => (failed += 1));
events.on("job:complete", () => {
  ended = performance.now();
  done += 1;
  if (done === count) finish();
});
const quick = batched ? { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } : {};
const runner = await run({
  logger,
  events,
  noHandleSignals: true,
  taskList: { noop: async () => {} },
  preset: { worker: { connectionString, concurrentJobs: Number(concurrency), maxPoolSize: Number(concurrency) + 4, ...quick } },
});
await all;
await runner.stop();
const { rows } = await utils.withPgClient((client) => client.query("SELECT count(*)::int AS left FROM graphile_worker._private_jobs"));
await utils.release();
if (failed || rows[0].left) throw new Error(`${failed} failed, ${rows[0].left} are left`);
const seconds = (ended - began) / 1000;
console.log(JSON.stringify({ jobs: count, seconds: Number(seconds.toFixed(3)), per_second: Number((count / seconds).toFixed(1)) }));
