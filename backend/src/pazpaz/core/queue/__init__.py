"""Jobs for the worker, through Valkey."""
