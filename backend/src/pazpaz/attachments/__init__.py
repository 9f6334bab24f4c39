"""Files of a SOAP note."""
