"""Benchmarks, run as `./dev bench NAME` (`python -m bench.NAME`).

`http` measures the API against a bare server, `sync` lives histories of three offline devices and times batches,
`uploads` measures a photo's way in and out, `sanitizing` what files cost to look at, `reminders`
kills what delivers them, `reminder_pass` times one pass over a million appointments; `fuzz` attacks every operation,
`kills` ends `up` at random moments and looks for what outlives it, `idle` looks at an `up` that nobody uses,
`printing` prints a long history twelve times at once,
`signin` asks whether time tells a known address, `keys` opens pages and rotates the keys of ten thousand workspaces.
"""
