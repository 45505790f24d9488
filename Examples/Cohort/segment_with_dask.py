# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""Segments the images of a folder or a list on the workers of a Dask cluster.

    python segment_with_dask.py images segmented --model nuclei.safetensors [--scheduler tcp://host:8786]

A task of the cluster is one shard: a process `itktorch segment … --shard NUMBER/COUNT`, whose lines of JSON are sent
back and printed here. All workers must see the same files. Other options are passed to `itktorch segment`.

Requires dask[distributed]==2026.8.0 here and on the workers, and itktorch on their PATH or --itktorch.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter


def segment_shard(command, shard):
    """The cases of a shard, as dictionaries, and what the process said on standard error."""
    process = subprocess.run([*command, "--shard", shard], capture_output=True, text=True)
    cases = [json.loads(line) for line in process.stdout.splitlines()]
    # 1 with cases: some failed, as their lines say. Else the shard as a whole did.
    if process.returncode not in (0, 1) or (process.returncode == 1 and not cases):
        raise RuntimeError(f"shard {shard}: {process.stderr.strip()}")
    return cases


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("input", help="folder or list (.csv) of images")
    parser.add_argument("output", nargs="?", help="folder; not needed for a list with the column output")
    parser.add_argument("--model", required=True)
    parser.add_argument("--itktorch", default="itktorch", help="path of the program itktorch on the workers")
    parser.add_argument("--scheduler", help="address of a running cluster; default: processes on this machine")
    parser.add_argument("--workers", type=int, default=2, help="processes on this machine, without --scheduler")
    parser.add_argument("--threads", type=int, default=1, help="number of threads of each process")
    parser.add_argument(
        "--shards", type=int, help="number of shards (default: four for each worker, so that slow workers take fewer)"
    )
    return parser.parse_known_args()


def main():
    from dask.distributed import Client, LocalCluster, as_completed

    options, further = parse_arguments()
    command = [options.itktorch, "segment", options.input, *([options.output] if options.output else [])]
    command += ["--model", options.model, "--threads", str(options.threads), *further]
    # A worker runs one shard at a time.
    cluster = options.scheduler or LocalCluster(n_workers=options.workers, threads_per_worker=1, dashboard_address=None)
    with Client(cluster) as client:
        count = options.shards or 4 * len(client.scheduler_info(n_workers=-1)["workers"])
        shards = [f"{number}/{count}" for number in range(1, count + 1)]
        # A shard whose worker dies is run again and skips what is finished.
        futures = client.map(segment_shard, [command] * count, shards, pure=False, retries=2)
        statuses = Counter()
        for future in as_completed(futures):
            if future.status == "error":
                print(future.exception(), file=sys.stderr)
                statuses["failed"] += 1
                continue
            for case in future.result():
                print(json.dumps(case), flush=True)
                statuses[case["status"]] += 1
    if not options.scheduler:
        cluster.close()
    print(", ".join(f"{number} {status}" for status, number in sorted(statuses.items())), file=sys.stderr)
    return 1 if statuses["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
