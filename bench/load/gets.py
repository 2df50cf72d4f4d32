"""An agent who reads: GETs one after the other over one connection.

`python -m bench.load.gets PORT COOKIE`, then a line of JSON on stdin for each run: {"paths": [...], "times": N}.
Answers with the times of all requests in milliseconds: the median, the 99th percentile, the worst path.
"""

from __future__ import annotations

import http.client
import json
import sys
import time


def fetch(connection: http.client.HTTPConnection, path: str, cookie: str) -> tuple[float, int]:
    """Milliseconds and bytes. Raises RuntimeError for an answer that is none."""
    began = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": cookie})
    answer = connection.getresponse()
    body = answer.read()
    took = (time.perf_counter() - began) * 1000
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {body[:300]!r}")
    return took, len(body)


def main() -> None:
    port, cookie = int(sys.argv[1]), sys.argv[2]
    for line in sys.stdin:
        asked = json.loads(line)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        taken: dict[str, list[float]] = {path: [] for path in asked["paths"]}
        size = 0
        for path in taken:  # once for every cache on the way
            size = max(size, fetch(connection, path, cookie)[1])
        for _ in range(asked["times"]):
            for path, times in taken.items():
                times.append(fetch(connection, path, cookie)[0])
                time.sleep(asked.get("pause", 0))
        connection.close()
        print(json.dumps(_told(taken, size)), flush=True)


def _told(taken: dict[str, list[float]], size: int) -> dict[str, object]:
    every = sorted(time for times in taken.values() for time in times)
    medians = {path: sorted(times)[len(times) // 2] for path, times in taken.items()}
    worst = max(medians, key=lambda path: medians[path])
    return {
        "requests": len(every),
        "p50": every[len(every) // 2],
        "p99": every[len(every) * 99 // 100],
        "worst": worst,
        "worst_median": medians[worst],
        "bytes": size,
    }


if __name__ == "__main__":
    main()
