"""Distances on the Earth."""

from __future__ import annotations

import math

EARTH_RADIUS_KM = 6371.0088
"""Mean radius (IUGG)."""

KM_PER_DEGREE = math.pi * EARTH_RADIUS_KM / 180.0
"""Along a meridian."""


def distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Great-circle distance of two points given in degrees, by the haversine formula: good to 0.5 %."""
    phi, other_phi = math.radians(latitude), math.radians(other_latitude)
    half_lat, half_lon = (other_phi - phi) / 2.0, math.radians(other_longitude - longitude) / 2.0
    chord = math.sin(half_lat) ** 2 + math.cos(phi) * math.cos(other_phi) * math.sin(half_lon) ** 2
    return 2.0 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, chord)))
