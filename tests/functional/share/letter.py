"""A share as a letter in plain text, as F1 mailed it."""

SUBJECT = "A web link has been shared with you"
FOOTER = """\
--
shared via Mozilla F1 for Firefox -- http://f1.mozillamessaging.com/
:: share links with the people that matter to you ::
"""


def letter(share):
    """The text: message, title, link and description, then who carried it."""
    link = share.get("link") or share.get("shorturl") or ""
    title = share.get("title", link)
    parts = [share.get("message", ""), f"*{title}*", link, share.get("description", "")[:280], FOOTER]
    return "\n\n".join(parts)
