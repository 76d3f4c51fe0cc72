"""The words of customer service in any trade: which verbs act, tell, look or say how things are.

A verb that acts stands with the subject that it brings along where its object names
none. Verbs that are made of two words ("top up", "write off") are entered by their
first; what the second adds is in `acts.py`.
"""

from answerable.claims.claim import Subject

WRITES: dict[Subject, str] = {
    Subject.REFUND: "refund reimburse repay reverse chargeback recredit",
    Subject.COMPENSATION: "compensate credit gift reward",
    Subject.DISCOUNT: "waive discount knock rebate forgive forgo price-match shave",
    Subject.PRICE: "charge deduct bill invoice debit levy surcharge rebill quote",
    Subject.DELIVERY: "ship deliver dispatch resend reship expedite redeliver reroute courier mail rush airmail "
    "drop remail",
    Subject.RETURN: "return collect",
    Subject.EXCHANGE: "exchange swap trade",
    Subject.CANCELLATION: "cancel void terminate annul rescind nullify scrap revoke withdraw",
    Subject.WARRANTY: "replace repair fix service mend patch insure reinsure",
    Subject.ACCOUNT_CHANGE: "activate deactivate reactivate enable disable unlock lock relock block unblock unfreeze "
    "freeze reset close delete erase renew suspend unsuspend resume pause unpause restore reinstate port migrate "
    "provision deprovision enroll enrol unenroll unenrol register deregister subscribe unsubscribe resubscribe "
    "downgrade whitelist blacklist blocklist opt bar unbar reconnect disconnect link unlink pair unpair relink "
    "convert archive purge wipe onboard offboard invite regenerate rotate kill turn toggle throttle unthrottle "
    "upload digitise digitize",
    Subject.ORDER_CHANGE: "change update modify switch upgrade amend edit adjust correct move reschedule rebook "
    "redirect rename relocate reassign shorten lengthen bump shift alter revise reduce increase lower raise "
    "reallocate reseat upsize downsize trim shrink tweak rearrange postpone defer spread accommodate transpose",
    Subject.PAYMENT: "pay settle disburse top remit wire refinance restructure consolidate prepay recoup "
    "collateralise advance lend",
    Subject.BOOKING: "book reserve schedule order reorder place prescribe pencil slot squeeze seat prebook preorder "
    "appoint",
    Subject.ESCALATION: "escalate transfer forward connect refer hand route pass",
    Subject.EXCEPTION: "override overrule exempt relax",
    Subject.OTHER: "deny decline reject process submit initiate start proceed file lodge open reopen apply "
    "reapply add remove issue send extend approve honor honour match release revert undo redeem merge split "
    "complete finalize finalise arrange resolve sort install set handle grant authorize authorise assign generate "
    "reissue request log flag confirm mark hold backdate rectify execute implement clear save put push include "
    "cover prioritize prioritise trigger secure restart reboot refresh sync resync write deposit top-up accept "
    "allow kick create recreate build draft post pop stick attach detach append record report dispute appeal "
    "appealed contest bring lift run rerun reprocess resubmit recalculate recompute recalibrate recode "
    "reprint print duplicate publish unpublish deploy rollback roll restock unlist delist queue dequeue requeue "
    "escrow sign countersign stamp seal certify fast-track accelerate speed cap uncap exclude cut tidy straighten "
    "zero nudge swipe bundle unbundle combine allocate designate nominate witness dismiss withhold retry "
    "tag untag stop halt end finish conclude launch commence instruct commission deduplicate "
    "action actioned sponsor recover fulfil fulfill supply distribute circulate overnight fit unseal "
    "wrap engrave personalise personalize customise customize relabel hide unhide mute unmute pin unpin "
    "squash claw retract repost declare notarise notarize translate encrypt back bounce debar tick "
    "untick strike scratch rebuild rekey remap reinvite rejoin retime reticket requote ringfence ring-fence "
    "overturn uphold apportion calibrate configure reconfigure tailor streamline plug fill refill replenish",
}
"""Changes something for the customer."""

FOLLOW_UPS = (
    "notify email text call contact inform monitor investigate follow message ping remind alert watch chase reach "
    "phone ring respond reply dm sms whatsapp fax nag query liaise troubleshoot probe telephone pester poke"
)
"""A later word or look: call back, notify, look into."""

READS = (
    "check verify look find locate search review see retrieve pull access gather calculate authenticate fetch ask "
    "show list explain describe compare tell know understand walk guide clarify double-check identify view read "
    "track lookup determine assess examine analyze analyse consult summarize summarise notice realize realise try "
    "attempt experience encounter detect believe outline suggest recommend advise answer discuss say think "
    "double imagine appreciate apologize apologise hope wish thank love note obtain navigate present detail "
    "share spot peek glance scan inspect study browse count load remember recall guess reckon suspect doubt "
    "assume figure bet feel talk chat speak test diagnose weigh evaluate quantify total explore "
    "cross-check recheck re-check ascertain discover learn enjoy welcome congratulate sympathise "
    "sympathize empathise empathize picture reread revisit skim sift screen type listen agree point "
    "stress assure reassure repeat spell dial"
)
"""Looks something up, asks or tells."""

LIGHTS = "give make offer provide do get take have keep let go leave hook pick"
"""Depends on its object: give, make, offer."""

WAITS = "receive hear arrive expect"
"""Says what comes to the customer."""

NEUTRALS = (
    "depend vary need require mean seem appear contain want like differ remain wait continue prefer "
    "wonder purchase damage delay expire base date use cause disappoint concern confuse interest estimate affect "
    "design price born intend mistake relate lose live stand stay exist belong "
    "cost last own happen occur exceed involve represent reflect display state qualify "
    "deserve owe fall rise grow break crack spill leak fail crash limit restrict tie rest "
    "worry bother annoy frustrate surprise shock upset gut hurt mistreat strand situate "
    "name title rate rent hire travel fly sail drive eat buy visit "
    "pack carry wear"
)
"""Says how things are: depend, need, mean."""
