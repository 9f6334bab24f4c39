"""What is printed to be handed on: one note whole, and a client's whole record."""
