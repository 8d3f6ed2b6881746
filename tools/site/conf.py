"""The settings of Sphinx, and the extension that makes links of the repository work on the site.

Guides link other files of the repository by URL, Markdown pages by relative path. If a file has a page on the site, the
link leads to the page. Otherwise the link leads to the file in the repository.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from docutils import nodes
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]
GALAXY: dict[str, Any] = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
REPOSITORY = GALAXY["repository"]
ANSIBLE = "https://docs.ansible.com/ansible/latest"
# The targets of references on pages of antsibull-docs that are in Ansible's documentation.
ELSEWHERE = {
    "common_return_values": f"{ANSIBLE}/reference_appendices/common_return_values.html",
    "ansible_configuration_settings": f"{ANSIBLE}/reference_appendices/config.html",
}
_KIND, _MUST, _GOOD = ("#7a1fa2", "#d9a6ff"), ("#b3261e", "#ff9088"), ("#1b5e20", "#86d48a")
_VALUE, _PART = ("#1a4fc4", "#9db8ff"), ("#755900", "#d4b83c")
# The colours of an option's attributes on the modules' pages: on a light background, on a dark one.
COLOURS = {
    "option-type": _KIND,
    "option-elements": _KIND,
    "option-required": _MUST,
    "option-version-added": _GOOD,
    "option-aliases": _GOOD,
    "option-default": _VALUE,
    "option-sample": _VALUE,
    "attribute-support-none": _MUST,
    "attribute-support-partial": _PART,
    "attribute-support-full": _GOOD,
}

project = f"{GALAXY['namespace']}.{GALAXY['name']}"
release = GALAXY["version"]
html_title = f"{project} {release}"
extensions = ["myst_parser", "sphinx_antsibull_ext", "sphinx_copybutton"]
# The site has an index of its own.
exclude_patterns = ["collection/index.rst", "collection/environment_variables.rst"]
html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_use_index = False
# The buttons of the theme assume that a page has the same path in the repository.
html_theme_options = {
    "top_of_page_buttons": [],
    "light_css_variables": {f"antsibull-{name}": light for name, (light, _dark) in COLOURS.items()},
    "dark_css_variables": {f"antsibull-{name}": dark for name, (_light, dark) in COLOURS.items()},
}
# The scheme of antsibull-docs is for light pages only. site.css sets the other colours.
antsibull_ext_color_scheme = "none"
pygments_style = "friendly"
pygments_dark_style = "github-dark"
# The copy button copies the lines after a prompt, without the output.
copybutton_prompt_text = r"\$ "
copybutton_prompt_is_regexp = True
myst_heading_anchors = 3
_LINK = re.compile(r"(\]\()(?![a-z]+:|#)([^)#\s]+)")
_BLOB = re.compile(rf"{re.escape(REPOSITORY)}/(?:blob|tree)/main/([^#]+?)/?(#.*)?")
_RAW = "https://raw.githubusercontent.com" + REPOSITORY.removeprefix("https://github.com") + "/main/"


def _sources(app: Sphinx, docname: str, source: list[str]) -> None:
    """Change the links of a page: pictures to those of this checkout, relative links to pages or to the repository."""
    path = PurePosixPath(Path(app.env.doc2path(docname)).relative_to(app.srcdir).as_posix())
    if path.suffix != ".md":
        source[0] = source[0].replace(_RAW, "/")
        return

    def there(link: re.Match[str]) -> str:
        target = os.path.normpath(path.parent / link[2])
        page = page_of(target, Path(app.srcdir))
        if page:
            return link[1] + os.path.relpath(page, path.parent)
        kind = "tree" if (ROOT / target).is_dir() else "blob"
        return f"{link[1]}{REPOSITORY}/{kind}/main/{target}"

    source[0] = _LINK.sub(there, source[0])


def page_of(path: str, sources: Path) -> str | None:
    """Return the source of the page that shows a file or folder of the repository; None if there is no page."""
    path = path.replace("docs/docsite/rst/", "collection/docsite/")
    candidates = (f"{path}/README.md", f"{path}/index.rst", f"{path}.rst", path)
    return next((candidate for candidate in candidates if (sources / candidate).is_file()), None)


def _contents(_app: Sphinx, doctree: nodes.document) -> None:
    """Keep the local contents of a page, and remove those that include the title of the page (the changelog's).

    The class suppresses the theme's warning: site.css hides the local contents if the theme shows its own.
    """
    for topic in list(doctree.findall(nodes.topic)):
        if "local" in topic["classes"]:
            topic["classes"].append("this-will-duplicate-information-and-it-is-still-useful-here")
        elif "contents" in topic["classes"]:
            topic.parent.remove(topic)
            for title in doctree.findall(nodes.title):
                title.attributes.pop("refid", None)


def _links(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Change links to files of the repository that have a page on the site to links to the page."""
    for link in doctree.findall(nodes.reference):
        found = _BLOB.fullmatch(link.get("refuri", ""))
        page = page_of(found[1], Path(app.srcdir)) if found else None
        target = page and app.env.path2doc(page)
        if found and target and target in app.env.found_docs:
            link["refuri"] = app.builder.get_relative_uri(docname, target) + (found[2] or "")
            link["internal"] = True


def _elsewhere(_app: Sphinx, _env: Any, node: Any, content: nodes.Element) -> nodes.Element | None:
    address = ELSEWHERE.get(node["reftarget"])
    return nodes.reference("", "", content, refuri=address, internal=False) if address else None


def setup(app: Sphinx) -> None:
    app.connect("source-read", _sources)
    app.connect("doctree-read", _contents)
    app.connect("doctree-resolved", _links)
    app.connect("missing-reference", _elsewhere)
