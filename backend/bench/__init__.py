"""Benchmarks, run as `./dev bench NAME` (`python -m bench.NAME`).

`http` measures the API against a bare server, `sync` lives histories of three offline devices and times
batches, `fuzz` attacks every operation.
"""
