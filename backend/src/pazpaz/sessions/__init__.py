"""SOAP notes."""
