"""The edge of the process: what one connection may cost, also when no proxy stands in front."""
