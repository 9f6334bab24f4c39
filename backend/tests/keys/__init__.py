"""Keys: how data keys are wrapped, rotated and destroyed."""
