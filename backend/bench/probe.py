"""`python -m bench.probe PORT`: asks every few milliseconds whether a server lives, until its input ends."""

import http.client
import select
import sys
import time

import orjson

PAUSE = 0.005


def main() -> None:
    """Say that it has begun, and in the end how long each answer took, in seconds."""
    http_ = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=60)
    took: list[float] = []
    while not select.select([sys.stdin], [], [], 0)[0]:
        began = time.perf_counter()
        http_.request("GET", "/health/live")
        http_.getresponse().read()
        took.append(time.perf_counter() - began)
        if len(took) == 1:
            sys.stdout.write("begun\n")
            sys.stdout.flush()
        time.sleep(max(0.0, PAUSE - took[-1]))
    sys.stdout.write(orjson.dumps(took).decode())


if __name__ == "__main__":
    main()
