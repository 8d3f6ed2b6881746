"""An emulator of AWS: moto with Cloud Control, AWS::SageMaker::InferenceExperiment and metrics of endpoints.

It follows the documented behaviour of AWS, not the modules of this collection. `Emulator` runs in process,
`server.EmulatorServer` and `python -m tests.emulator` over HTTP.
"""

from __future__ import annotations

from .clock import Clock, ManualClock, SystemClock
from .emulator import Emulator
from .hooks import register
from .seed import Seed
from .settings import Settings

__all__ = ["Clock", "Emulator", "ManualClock", "Seed", "Settings", "SystemClock", "register"]
