"""Work in the background: handlers, sweeps, mails that are rows, rotation of keys."""
