"""How hypothesis generates: the same examples in every run, so that a red test stays red until it is mended."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir

from tests.support.environment import ROOT

# In the build tree: what lies beside galaxy.yml would be packed.
set_hypothesis_home_dir(ROOT / ".build" / "hypothesis")
# No deadline: the machines that run this are shared, and a slow example is no wrong one.
settings.register_profile(
    "steady", derandomize=True, deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")
