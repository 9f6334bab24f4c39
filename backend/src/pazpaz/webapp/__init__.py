"""The web app: serves the built files of `web/` under /app/."""
