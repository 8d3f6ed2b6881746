"""The URLs of CloudWatch; moto imports this module of the backend's package."""

from __future__ import annotations

from .responses import CloudWatchResponse

url_bases = [r"https?://monitoring\.(.+)\.amazonaws.com"]
url_paths = {"{0}/$": CloudWatchResponse.dispatch}
