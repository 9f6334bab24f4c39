"""What tests share: the stack they run on, and practices to act in."""
