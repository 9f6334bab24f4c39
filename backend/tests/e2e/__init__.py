"""PazPaz as people run it: real processes, the real command line."""
