"""Find dead links of the site: to a page, to an anchor of a page, or to a file of the repository."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = {""}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.add(value)
            elif name == "id" and value:
                self.anchors.add(value)


def dead_links(site: Path, *, repository: str, checkout: Path) -> list[str]:
    """Return the dead links, with their pages. Links to other sites are not checked."""
    pages = {path: Page(path) for path in site.resolve().rglob("*.html")}
    file = re.compile(rf"{re.escape(repository)}/(?:blob|tree|edit)/main/([^#?]+)")
    dead = []
    for path, page in pages.items():
        for link in page.links:
            address, named = urlsplit(link), file.match(link)
            if named:
                alive = (checkout / named[1]).exists()
            elif address.scheme:
                continue
            else:
                target = (path.parent / unquote(address.path)).resolve() if address.path else path
                alive = target.exists() and (target not in pages or unquote(address.fragment) in pages[target].anchors)
            if not alive:
                dead.append(f"{path.relative_to(site.resolve())}: {link}")
    return sorted(dead)
