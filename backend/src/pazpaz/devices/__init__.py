"""People's own devices: a secret for each, by which it opens what it keeps sealed, until the device is removed."""
