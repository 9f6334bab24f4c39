"""Packs: what somebody's own device takes along of their next days, and who was told of whom by it."""
