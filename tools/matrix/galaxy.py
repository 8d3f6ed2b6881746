# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks before a release: antsibull-docs, antsibull-changelog and the importer of Ansible Galaxy."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping

from tests.support.environment import ROOT
from tools.matrix.place import BASE, Place

REQUIREMENTS = (f"--requirement={ROOT / 'tools' / 'requirements' / 'galaxy.txt'}",)
# The additional checks of Automation Hub.
STRICT = {"GALAXY_IMPORTER_CHECK_REQUIRED_TAGS": "true", "GALAXY_IMPORTER_REQUIRE_V1_OR_GREATER": "true"}


def _docs(place: Place) -> None:
    strict = ("--plugin-docs", "--validate-collection-refs=dependent", "--disallow-unknown-collection-refs")
    # antsibull-docs copies amazon.aws too. Without the ceiling, git would list its files as ignored.
    alone = {"GIT_CEILING_DIRECTORIES": str(BASE)}
    place.call(place.bin / "antsibull-docs", "lint-collection-docs", *strict, "--check-extra-docs-refs", ".", **alone)


def _changelog(place: Place) -> None:
    place.call(place.bin / "antsibull-changelog", "lint")


def _importer(place: Place) -> None:
    """Run the importer, and fail for warnings, which do not change its exit status."""
    packed = place.collection.parent / "packed"
    place.call(place.bin / "ansible-galaxy", "collection", "build", "--output-path", packed)
    (tarball,) = packed.glob("*.tar.gz")
    place.call(place.bin / "python", "-m", "galaxy_importer.main", tarball, **STRICT)
    if re.search(r"^(WARNING|ERROR|CRITICAL): ", place.output(), re.MULTILINE):
        raise subprocess.SubprocessError("the importer warns")


STEPS: Mapping[str, Callable[[Place], None]] = {"docs": _docs, "changelog": _changelog, "importer": _importer}
