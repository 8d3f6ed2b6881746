# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx's settings, and how links that are right in the repository lead to the pages of the site.

A guide names other documents of the repository by their address there, Markdown pages name them by relative paths. What
is a page of the site is linked there, everything else where the repository is.
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
# References of what antsibull-docs writes to pages that are not here.
ELSEWHERE = {
    "common_return_values": f"{ANSIBLE}/reference_appendices/common_return_values.html",
    "ansible_configuration_settings": f"{ANSIBLE}/reference_appendices/config.html",
}
_KIND, _MUST, _GOOD = ("#7a1fa2", "#d9a6ff"), ("#b3261e", "#ff9088"), ("#1b5e20", "#86d48a")
_VALUE, _PART = ("#1a4fc4", "#9db8ff"), ("#755900", "#d4b83c")
# Of what the modules' pages tell about an option: on light ground, on dark ground.
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
# The index of antsibull-docs; the site has its own.
exclude_patterns = ["collection/index.rst", "collection/environment_variables.rst"]
html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_use_index = False
# Where a page is here is not where it is in the repository, so that no buttons can lead from the one to the other.
html_theme_options = {
    "top_of_page_buttons": [],
    "light_css_variables": {f"antsibull-{name}": light for name, (light, _dark) in COLOURS.items()},
    "dark_css_variables": {f"antsibull-{name}": dark for name, (_light, dark) in COLOURS.items()},
}
# That of antsibull-docs is for light pages; the rest of it is in site.css.
antsibull_ext_color_scheme = "none"
pygments_style = "friendly"
pygments_dark_style = "github-dark"
# What is typed comes after a prompt, what is said has none.
copybutton_prompt_text = r"\$ "
copybutton_prompt_is_regexp = True
myst_heading_anchors = 3
_LINK = re.compile(r"(\]\()(?![a-z]+:|#)([^)#\s]+)")
_BLOB = re.compile(rf"{re.escape(REPOSITORY)}/(?:blob|tree)/main/docs/([^#]+?)/?(#.*)?")
_RAW = "https://raw.githubusercontent.com" + REPOSITORY.removeprefix("https://github.com") + "/main/docs/"


def _sources(app: Sphinx, docname: str, source: list[str]) -> None:
    """Make links of Markdown pages fit where the pages are here, and pictures of guides those of this checkout."""
    if Path(app.env.doc2path(docname)).suffix != ".md":
        source[0] = source[0].replace(_RAW, "/")
        return
    # In docs/, but for those that lie at the root.
    base = PurePosixPath("docs" if (ROOT / "docs" / f"{docname}.md").is_file() else "") / PurePosixPath(docname).parent

    def there(link: re.Match[str]) -> str:
        path = os.path.normpath(base / link[2])
        page = page_of(path)
        if page:
            return link[1] + os.path.relpath(page, PurePosixPath(docname).parent)
        kind = "tree" if (ROOT / path).is_dir() else "blob"
        return f"{link[1]}{REPOSITORY}/{kind}/main/{path}"

    source[0] = _LINK.sub(there, source[0])


def page_of(path: str) -> str | None:
    """Return where in the site's sources a file of the repository is, None if it is not there."""
    if path.startswith("docs/docsite/rst/"):
        return path.replace("docs/docsite/rst", "collection/docsite")
    here = path.removeprefix("docs/")
    here = f"{here}/README.md" if (ROOT / path / "README.md").is_file() else here
    return here if (ROOT / ".build" / "docs-source" / here).is_file() else None


def _contents(_app: Sphinx, doctree: nodes.document) -> None:
    """Tell the theme that a page's contents are meant: site.css hides them where it has room to show them beside it.

    Those that begin with the page itself, as the changelog's do, go.
    """
    for topic in list(doctree.findall(nodes.topic)):
        if "local" in topic["classes"]:
            topic["classes"].append("this-will-duplicate-information-and-it-is-still-useful-here")
        elif "contents" in topic["classes"]:
            topic.parent.remove(topic)
            for title in doctree.findall(nodes.title):
                title.attributes.pop("refid", None)


def _links(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Lead what names a document of the repository to its page, if it has one here."""
    for link in doctree.findall(nodes.reference):
        found = _BLOB.fullmatch(link.get("refuri", ""))
        page = page_of(f"docs/{found[1]}") if found else None
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
