"""Settings for all tests."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# "quick" for a look while working, "ci" before anything lands, "thorough" for a long night.
settings.register_profile("quick", max_examples=25, deadline=None)
settings.register_profile("ci", max_examples=150, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", max_examples=5000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
