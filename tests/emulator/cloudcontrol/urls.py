"""The URLs of Cloud Control; moto imports this module of the backend's package."""

from __future__ import annotations

from .responses import CloudControlResponse

url_bases = [r"https?://cloudcontrolapi\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": CloudControlResponse.dispatch}
