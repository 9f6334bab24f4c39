"""The templates of mails and of the pages behind their links: `slice/mails/name.txt` or `.html`, which is escaped."""

from jinja2 import Environment, PackageLoader, select_autoescape

from pazpaz.core.mail.messages import isolated

TEMPLATES = Environment(
    loader=PackageLoader("pazpaz", ""),
    autoescape=select_autoescape(("html",)),
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters["isolated"] = isolated  # a name turns nothing around it
