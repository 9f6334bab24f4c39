"""The tests: guards over the whole app, then slice by slice, the command line, and the services."""
