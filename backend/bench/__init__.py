"""Benchmarks, run as `./dev bench NAME`: `http` against a bare server, `reminders` killed, `reminder_pass`."""
