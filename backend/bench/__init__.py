"""Benchmarks, run as `./dev bench NAME`: `http`, against a bare server; `screening`, what files cost; `fuzz`."""
