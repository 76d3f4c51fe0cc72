"""How sure we are of who the customer is (NIST SP 800-63-4 authentication assurance levels)."""

from enum import IntEnum


class AssuranceLevel(IntEnum):
    """Ordered, so that a policy may ask for at least a level."""

    NONE = 0
    AAL1 = 1
    AAL2 = 2
    AAL3 = 3
