"""Second factors: what proves who a user is, beside the link that came by mail."""
