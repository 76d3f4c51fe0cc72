"""Larkfield's back end: an example shop over a real database, whose writes need grants.

    bot ─► gateway ─► connector ─► POST /refund_order   a grant, a key ─► one transaction: the act, its answer
                                   GET  /orders/L-20418
                                   GET  /acts/KEY       what became of a call

It does what its tools say and keeps its books straight (never more back than was paid). What a bot may do for whom
is not its affair: that is decided before, and proven by the grant.
"""
