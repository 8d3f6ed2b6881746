"""Where CloudWatch listens; moto looks for this module beside the backend's."""

from __future__ import annotations

from .responses import CloudWatchResponse

url_bases = [r"https?://monitoring\.(.+)\.amazonaws.com"]
url_paths = {"{0}/$": CloudWatchResponse.dispatch}
