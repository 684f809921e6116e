"""How many examples Hypothesis draws: the profiles of `tests/conftest.py`, and shares of them."""

from hypothesis import HealthCheck, settings

PROFILE = settings.get_current_profile_name()
"""The profile of this run: dev, ci or fuzz."""


def costly(times: int, *, fixtures: bool = False) -> settings:
    """Settings of a test whose examples cost as much as so many usual ones.

    With `fixtures` the examples share those of the function, as they leave nothing behind.
    """
    most = max(2, settings().max_examples // times)
    return settings(max_examples=most, suppress_health_check=_SHARED if fixtures else ())


def cheap(times: int) -> settings:
    """Settings of a test of which so many examples cost as much as a usual one."""
    return settings(max_examples=settings().max_examples * times)


_SHARED = (HealthCheck.function_scoped_fixture, HealthCheck.differing_executors)
