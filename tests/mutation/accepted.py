# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutants that no test notices, each with the reason why none has to: file and change -> reason."""

from __future__ import annotations

ACCEPTED: dict[tuple[str, str], str] = {}
