"""Cloud Control as a service of moto; hooks.py registers this package as `moto.cloudcontrol`."""

from __future__ import annotations

from .models import cloudcontrol_backends

__all__ = ["cloudcontrol_backends"]
