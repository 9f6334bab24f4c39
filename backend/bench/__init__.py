"""Benchmarks, run as `./dev bench NAME` (`python -m bench.NAME`), each on the harness of `stage.py`.

`http` measures the API against a bare server, `search` searches among ten thousand clients, `fairness` asks how long
a neighbour waits, `sync` times batches of offline notes, `uploads` measures a photo's way in and out, `sanitizing`
what files cost to look at, `screening` what becomes of the files of a folder, `audit` what the audit log costs,
`reminders` kills what delivers them, `reminder_pass` times one pass over a million appointments, `reminder_lateness`,
`reminder_outage` and `reminder_fairness` ask when what is due is sent; `kills` ends `up` at random moments and looks
for what outlives it, `idle` looks at an `up` that nobody uses, `signin` asks whether time tells a known address,
`keys` opens pages and rotates the keys of ten thousand workspaces.
"""
