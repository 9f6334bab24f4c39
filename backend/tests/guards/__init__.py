"""What no feature may forget, checked over the whole application."""
