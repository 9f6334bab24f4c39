"""Read-only: which rows changed since a device last asked, by their ids and versions."""
