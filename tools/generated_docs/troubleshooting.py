"""Write the troubleshooting guide from the hints of the modules: `python -m tools.generated_docs`."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.ansible_module.error_report import (
    HINTS_BY_MESSAGE,
    hint_for,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.ansible_module.python_version import (
    HINT as PYTHON_HINT,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
    REGIONS_PAGE,
)
from tests.emulator.settings import REGIONS_WITHOUT_TYPE
from tests.support.environment import ROOT
from tests.support.faults.matrix import TRIES
from tools.generated_docs import FOLDER, rejections, render

PAGE = ROOT / "docs" / "docsite" / "rst" / "guide_troubleshooting.rst"

DATA: dict[str, Any] = yaml.safe_load((FOLDER / "troubleshooting.yml").read_text(encoding="utf-8"))
# Codes without a hint: the message is sufficient, or has one of the hints for rejected tasks.
WITHOUT_HINT = {"InvalidOptions", "Refused"}

_PREFIX = "awscc.sagemaker.inference_experiment"
_INFO = ("identifiers_only", "include_write_only", "name_contains", "wait_for")


def _paths(spec: Any, path: str = "") -> Iterator[str]:
    for name, entry in spec.items():
        yield path + name
        yield from _paths(entry.get("options") or {}, f"{path}{name}.")


# The options that are no ordinary words, and those that are options only with a value.
_OPTIONS = {
    *(path for path in _paths(INFERENCE_EXPERIMENT.options) if re.search(r"[_.]", path)),
    *("recreate", "wait_timeout", "purge_tags", "on_stop", "cloud_control_role_arn", *_INFO),
    *("access_key", "secret_key", "session_token", "endpoint_url", "aws_ca_bundle", "aws_config"),
}
_WITH_VALUE = {*_OPTIONS, "state", "wait"}
# These words are options only without an article: "Check region", but "in this region".
_BARE = "".join(f"(?<!{word} )" for word in ("a", "The", "the", "this", "that", "same", "another", "every", "No"))


def _any(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_MARKUP = re.compile(
    r"`(?P<command>[^`]+)`(?![_])"
    r"|\b(?P<module>awscc\.sagemaker\.\w+)"
    rf"|\b(?P<value>(?:{_any(_WITH_VALUE)}): \w+)"
    rf"|\b(?P<option>{_any(_OPTIONS)})\b(?!\.\w)"
    rf"|\b{_BARE}(?P<bare>region|profile)\b(?=[,.]?(?:\s|$))"
    r"|(?P<literal>\b[a-z]+:[A-Z]\w+|\b\w+_\*|\b[\w.]*\w_\w+|\bdocs/iam|\b\w+\.txt|\bhttps?://)"
)


_REGIONS = (
    "The CloudFormation registry does not contain inference experiments in these regions, so Cloud Control returns"
    " ``TypeNotFoundException``: {regions}."
)


def page() -> str:
    """Return the page."""
    regions = _REGIONS.format(regions=", ".join(sorted(REGIONS_WITHOUT_TYPE)))
    return render(
        "troubleshooting.rst.j2",
        **DATA,
        tries=TRIES,
        hints={words: result["error"]["hint"] for words, result in rejections.results().items()},
        hints_by_message={pattern: text for (_codes, pattern), text in HINTS_BY_MESSAGE.items()},
        regions="\n".join(textwrap.wrap(regions, 120, break_on_hyphens=False)),
        entry=_entry,
        indented=_indented,
    )


def hint(code: str) -> str:
    """Return the hint of the modules for a code. A hint of the resource type replaces that of the engine."""
    if code == "UnsupportedPython":
        return PYTHON_HINT
    general, own = hint_for(code, None), INFERENCE_EXPERIMENT.hints.get(code)
    return (own or general or "").replace("{region}", "the region").replace(REGIONS_PAGE, "`Regions`_")


def _entry(codes: str, text: str) -> str:
    advice = hint(codes.split(maxsplit=1)[0])
    title = ", ".join(f"``{code}``" for code in codes.split())
    return "\n".join([title, _indented(text), *(["", _indented(advice)] if advice else []), ""])


def _indented(text: str) -> str:
    indent = " " * 4
    lines = textwrap.wrap(
        marked(text),
        120,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines)


def marked(text: str) -> str:
    """Return the text with markup: roles for options and modules, literals for other names, commands and values."""
    return _MARKUP.sub(_role, text)


def _role(found: re.Match[str]) -> str:
    kind, name = found.lastgroup, found[0]
    if kind == "module":
        return f":ansplugin:`{name}#module`"
    if kind in ("option", "bare", "value"):
        module = f"{_PREFIX}_info" if name in _INFO else _PREFIX
        return f":ansopt:`{module}#module:{name.replace(': ', '=')}`"
    return f"``{found['command'] or name}``"
