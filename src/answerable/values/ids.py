"""Identifiers. Same shape, different types: a trace is not a conversation."""

from typing import NewType

TraceId = NewType("TraceId", str)
"""One exchange, from question to last line shown. `tr_` and 26 characters."""

RequestId = NewType("RequestId", str)
ConversationId = NewType("ConversationId", str)
CustomerId = NewType("CustomerId", str)
"""The company's own name for a customer: personal data wherever it is written."""

WorkloadId = NewType("WorkloadId", str)
"""The program that asks for a reply. A SPIFFE id once workload identity is in use."""

CallId = NewType("CallId", str)
"""A tool call, as the model named it."""

GrantId = NewType("GrantId", str)
"""One grant, never given twice: the `jti` of its token."""

ApprovalId = NewType("ApprovalId", str)
"""One held decision that waits for people, and what they answer. `ap_` and 26 characters."""

ActionId = NewType("ActionId", str)
"""One act that is to be done at a back end, however often it is tried. `ac_` and 26 characters."""

OperatorId = NewType("OperatorId", str)
"""A person of the company as their directory knows them: `ISSUER#SUBJECT`. Never a name that somebody typed."""

PolicyId = NewType("PolicyId", str)
Digest = NewType("Digest", str)
"""`sha256:` and 64 lower-case hexadecimal digits."""
