"""The URLs of SageMaker; moto imports this module of the backend's package."""

from __future__ import annotations

from .responses import SageMakerResponse

url_bases = [r"https?://api\.sagemaker\.(.+)\.amazonaws.com"]
url_paths = {"{0}/$": SageMakerResponse.dispatch}
