"""HTML in a text → plain text with its paragraphs and lists."""

from __future__ import annotations

import html
import re

import nh3

_BLOCKS = {"p", "br", "div", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "table", "blockquote", "pre"}
# Only what looks like known tags is treated as HTML: "a < b" and "<nom du client>" are text.
_LOOKS_LIKE_HTML = re.compile(
    r"</?(?:p|br|div|ul|ol|li|a|b|i|u|em|strong|span|font|h[1-6]|table|tbody|tr|td|th|img|script|style|iframe|svg|object|"
    r"blockquote|pre|code|sup|sub|hr|center|section|article|input|form|button|math|body|html|head|meta|link)\b[^<>]*>",
    re.IGNORECASE,
)
_ENTITY = re.compile(
    r"&(?:amp|nbsp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}grave|[a-z]{1,2}acute);", re.I
)
_TAG = re.compile(r"<(/?)([a-z0-9]+)[^>]*>")
_MANY_BREAKS = re.compile(r"[ \t]*\n[ \t]*(?:\n\s*)+")


def plain_text(text: str) -> str:
    """The text without tags; script and style go with their content. Text without HTML comes back as it is."""
    if not _LOOKS_LIKE_HTML.search(text):
        return html.unescape(text) if _ENTITY.search(text) else text
    safe = nh3.clean(text, tags=_BLOCKS, attributes={}, clean_content_tags={"script", "style"}, link_rel=None)
    spaced = re.sub(r"[ \t\r\n]+", " ", safe)
    broken = _TAG.sub(lambda tag: "\n- " if tag.group(2) == "li" and not tag.group(1) else "\n", spaced)
    plain = html.unescape(broken)
    return _MANY_BREAKS.sub("\n\n", re.sub(r" *\n *", "\n", plain)).strip()
