"""Where SageMaker listens; moto looks for this module beside the backend's."""

from __future__ import annotations

from .responses import SageMakerResponse

url_bases = [r"https?://api\.sagemaker\.(.+)\.amazonaws.com"]
url_paths = {"{0}/$": SageMakerResponse.dispatch}
