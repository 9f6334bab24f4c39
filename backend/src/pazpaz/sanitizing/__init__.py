"""An untrusted file in, a clean one or a refusal out: JPEG, PNG and PDF, parsed in a child process only."""
