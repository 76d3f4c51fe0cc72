"""Simulators to test against: upstreams that play scripts, recordings, faults or a small real model."""
