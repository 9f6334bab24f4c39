"""What a process holds for its lifetime."""
