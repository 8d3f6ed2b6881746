"""Cloud Control as moto would have it; as `moto.cloudcontrol` it gives moto its `cloudcontrol_backends`."""

from __future__ import annotations

from .models import cloudcontrol_backends

__all__ = ["cloudcontrol_backends"]
