# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authorities and certificates for servers on this machine, made anew each time: good ones and ones to be refused."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

import trustme

HERE = "127.0.0.1"
_LAST_YEAR = datetime.now(timezone.utc) - timedelta(days=365)
GOOD = "a good certificate"
BAD: Mapping[str, str] = {
    # a certificate, and what is said of it where our authority is trusted, by one botocore or another
    "that of another host": "doesn't match|not valid for",
    "one that is out of date": "certificate has expired",
    "one that nobody has signed": "self.signed certificate",
}


class Authorities:
    """Ours, which vouches for the certificates here, and theirs, which does not; their files are in a folder."""

    def __init__(self, folder: Path) -> None:
        self._ours, self._theirs = trustme.CA(), trustme.CA()
        self.ours, self.theirs, self.nobody = (str(folder / f"{name}.pem") for name in ("ours", "theirs", "nobody"))
        self._ours.cert_pem.write_to_path(self.ours)
        self._theirs.cert_pem.write_to_path(self.theirs)
        Path(self.nobody).touch()

    def server_context(self, certificate: str = GOOD) -> ssl.SSLContext:
        """What a server needs to show a certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if certificate == "one that nobody has signed":
            with self._theirs.private_key_pem.tempfile() as key:  # an authority has signed its own
                context.load_cert_chain(self.theirs, key)
            return context
        host = "elsewhere.example" if certificate == "that of another host" else HERE
        old = certificate == "one that is out of date"
        end = _LAST_YEAR + timedelta(days=1) if old else None
        self._ours.issue_cert(host, not_before=_LAST_YEAR, not_after=end).configure_cert(context)
        return context
