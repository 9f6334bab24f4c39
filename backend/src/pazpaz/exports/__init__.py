"""A whole practice as one ZIP, for an owner who wants a copy of it or leaves with it."""
