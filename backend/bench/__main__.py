"""Names the benchmarks."""

import sys

import bench

sys.stdout.write(f"{bench.__doc__}\n")
