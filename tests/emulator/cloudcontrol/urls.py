"""Where Cloud Control listens; moto looks for this module beside the backend's."""

from __future__ import annotations

from .responses import CloudControlResponse

url_bases = [r"https?://cloudcontrolapi\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": CloudControlResponse.dispatch}
