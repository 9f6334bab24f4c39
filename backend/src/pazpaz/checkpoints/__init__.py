"""Audit checkpoints: a chain of signed tree heads (RFC 9162), and finding what was changed behind them."""
