"""Read-only: the calendar's list, each appointment with its client's name, its note's and its reminder's state."""
