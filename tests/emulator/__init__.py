"""An emulated AWS: Cloud Control with AWS::SageMaker::InferenceExperiment, beside everything else that moto has.

It follows AWS's documented behaviour, not this project's modules. `Emulator` works in process,
`server.EmulatorServer` and `python -m tests.emulator` over HTTP.
"""

from __future__ import annotations

from .clock import Clock, ManualClock, SystemClock
from .emulator import Emulator
from .hooks import register
from .seed import Seed
from .settings import Settings

__all__ = ["Clock", "Emulator", "ManualClock", "Seed", "Settings", "SystemClock", "register"]
