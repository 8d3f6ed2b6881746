# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What looks at a collection before it is published: antsibull-docs, and the importer of Ansible Galaxy."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping

from tests.support.environment import ROOT
from tools.matrix.place import BASE, Place

REQUIREMENTS = (f"--requirement={ROOT / 'tools' / 'requirements' / 'galaxy.txt'}",)
# What the importer of Automation Hub asks for beyond that of Galaxy.
STRICT = {"GALAXY_IMPORTER_CHECK_REQUIRED_TAGS": "true", "GALAXY_IMPORTER_REQUIRE_V1_OR_GREATER": "true"}


def _docs(place: Place) -> None:
    strict = ("--plugin-docs", "--validate-collection-refs=dependent", "--disallow-unknown-collection-refs")
    # It copies amazon.aws too, and would ask the repository that .build lies in which files belong to it: none.
    alone = {"GIT_CEILING_DIRECTORIES": str(BASE)}
    place.call(place.bin / "antsibull-docs", "lint-collection-docs", *strict, "--check-extra-docs-refs", ".", **alone)


def _changelog(place: Place) -> None:
    place.call(place.bin / "antsibull-changelog", "lint")


def _importer(place: Place) -> None:
    """The importer ends well whatever ansible-doc and ansible-lint have said: its warnings count here."""
    packed = place.collection.parent / "packed"
    place.call(place.bin / "ansible-galaxy", "collection", "build", "--output-path", packed)
    (tarball,) = packed.glob("*.tar.gz")
    place.call(place.bin / "python", "-m", "galaxy_importer.main", tarball, **STRICT)
    if re.search(r"^(WARNING|ERROR|CRITICAL): ", place.said(), re.MULTILINE):
        raise subprocess.SubprocessError("the importer warns")


STEPS: Mapping[str, Callable[[Place], None]] = {"docs": _docs, "changelog": _changelog, "importer": _importer}
