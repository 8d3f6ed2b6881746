"""Cloud Control as moto would have it; registered as `moto.cloudcontrol`, where moto looks for `cloudcontrol_backends`."""

from __future__ import annotations

from .models import cloudcontrol_backends

__all__ = ["cloudcontrol_backends"]
