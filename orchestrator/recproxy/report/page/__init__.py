"""The report as one HTML page that needs no network: what it shows, and the page itself.

The *data* of a page are plain values; its scripts and styles are the files in `assets`.
"""

from recproxy.report.page.html import html_page
from recproxy.report.page.shown import PageSources

__all__ = ["PageSources", "html_page"]
