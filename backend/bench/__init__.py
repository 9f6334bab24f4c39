"""Benchmarks, run as `./dev bench NAME` (`python -m bench.NAME`): `http` measures the API against a bare server."""
