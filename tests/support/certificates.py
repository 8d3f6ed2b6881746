"""Create certificate authorities, and valid and invalid certificates for servers on this machine."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

import trustme

HERE = "127.0.0.1"
_LAST_YEAR = datetime.now(timezone.utc) - timedelta(days=365)
GOOD = "valid"
BAD: Mapping[str, str] = {
    # The certificate, and a pattern of the error message in all versions of botocore.
    "other host": "doesn't match|not valid for",
    "expired": "certificate has expired",
    "self-signed": "self.signed certificate",
}


class Authorities:
    """The authority of the servers (ours), another authority (theirs) and an empty file, as files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._ours, self._theirs = trustme.CA(), trustme.CA()
        self.ours, self.theirs, self.empty = (str(folder / f"{name}.pem") for name in ("ours", "theirs", "empty"))
        self._ours.cert_pem.write_to_path(self.ours)
        self._theirs.cert_pem.write_to_path(self.theirs)
        Path(self.empty).touch()

    def server_context(self, certificate: str = GOOD) -> ssl.SSLContext:
        """Return the TLS context of a server with this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if certificate == "self-signed":
            with self._theirs.private_key_pem.tempfile() as key:  # the certificate of an authority is self-signed
                context.load_cert_chain(self.theirs, key)
            return context
        host = "elsewhere.example" if certificate == "other host" else HERE
        old = certificate == "expired"
        end = _LAST_YEAR + timedelta(days=1) if old else None
        self._ours.issue_cert(host, not_before=_LAST_YEAR, not_after=end).configure_cert(context)
        return context
