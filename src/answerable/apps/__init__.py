"""The programs: the only place that reads the environment and puts adapters behind ports."""
