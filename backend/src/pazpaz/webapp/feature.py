"""What the application takes of webapp."""

from pazpaz.core.http.feature import Feature
from pazpaz.webapp import pages

FEATURE = Feature(name="webapp", pages=(pages.router,))
