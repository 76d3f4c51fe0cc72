"""Turns of phrase that weigh other reasons and claim nothing themselves."""

CUES = {
    "figure": (
        r"[0-9#$%]|\b(?:dollars?|bucks?|euros?|pounds?|quid|cents?|rupees?|yen|minutes?|hours?|days?|"
        r"weeks?|months?|years?|today|tonight|tomorrow|monday|tuesday|wednesday|thursday|friday|"
        r"saturday|sunday|reservation|booking|confirmation|code|coupon|voucher|promo|reference|ref|"
        r"percent)\b"
    ),
    "unfortunately": r"\b(?:unfortunately|regrettably|sorry ,? but|afraid|i am sorry|we are sorry|sadly)\b",
    "without": r"\b(?:without|until|unless)\b",
    "tool-failure": (
        r"\b(?:error|errors|glitch|technical (?:issue|issues|difficult\w+|problem)|issue "
        r"(?:processing|with (?:the|our) system|updating|retriev\w+|while)|system (?:is|was|does|did|"
        r"will|could)(?: currently)? (?:not|unable|unavailable|down|fail\w*)|(?:request|attempt|"
        r"payment|transaction|it|call|tool|lookup|search|update) (?:has |have |just )?failed|failed "
        r"to|went wrong|did not go through|could not (?:be )?(?:complete|process|find|locate|retrieve|"
        r"reach|load)\w*|was unable to|were unable to|unable to (?:find|locate|retrieve|verify|access|"
        r"process|complete|authenticate))\b"
    ),
    "specific": (
        r"\b(?:your|this|that|these|those|it|them|my|in your case|since|because|as a|as you)\b|#|"
        r"\border \w*[0-9]"
    ),
    "hypothetical": r"^(?:.* )?(?:our )?(?:policy|rules|terms|guidelines|regulations)\b",
    "how-to": (
        r"\b(?:you can|you may|you could|you will be able to|please|to) (?:\w+ly |also |just |simply |"
        r"then |always )?(?:go to|visit|check|track|find|log|sign|click|tap|open the|see|view|contact|"
        r"call|email|reach|navigate|download|scroll|select|use the|use our|refer|read|dial|text|head|"
        r"swing|stop by|drop|print|pack|bring|mail|ask|try|restart|reboot|unplug|turn|wait|monitor|"
        r"keep an eye)\b"
    ),
    "unless-rule": (
        r"^(?:items|orders|refunds|returns|exchanges|customers|passengers|members|all|any|most|some|"
        r"each|every|an|a|tickets|flights|basic|only|purchases|subscriptions|cards|policies|claims|"
        r"patients|appointments|bills|payments|deposits|accounts|plans|warranties|products|no [a-z]+)\b"
    ),
    "comes-next": (
        r"^(?:it |your \w+ |and |when that (?:is|has) happened , )*(?:ships|arrives|arriving|shipping|coming|"
        r"due)\b|\b(?:it|that|label|pass|refund|money|"
        r"credit|bag|order|card|payment|repayments|charge|fee|parcel|driver|amount|rest|remaining \S+|[$]\S+|"
        r"gbp \S+|usd \S+|eur \S+) (?:\w+ ){0,2}(?:ships|arrives|leaves|goes|go|"
        r"comes|reaches|drops|lands|lifts|starts|posts|resumes|ends|picks|returns|coming|stays|renews)\b|^by "
        r"(?:post|email|text|courier|sms)\b"
        r"|\b(?:updates?|reminders?) by\b"
    ),
    "state-held": (
        r"\w (?:is|are) (?:now |all |both |paid |already |set |out )*(?:active|live|on|off|in|open|back|ready|"
        r"complete|on hold|in place|yours|linked|at|sorted|in full)"
        r"(?: \.| ,| !|$| and| for| from| until| with| to| in| at| on| through| as| on)|\b(?:new|updated) "
        r"(?:\w+ ){1,2}(?:is|are) |\b(?:off|on)(?: above \S+)?$"
        r"|\b(?:complete|active|successful|live) ?(?:[:.!]|until|from|$)|\bhas got your\b|\bshows? (?:as|"
        r"up)\b|\bready (?:for|to) \w+"
        r"|\b(?:is|are) (?:scheduled|booked|placed|ordered|set|registered|enrolled|dispatched|confirmed) "
        r"for\b|\bis in the system\b|\bnow [$0-9]"
    ),
    "rule-marker": (
        r"\b(?:in general|as a rule|please note|kindly note|bear in mind|keep in mind|for (?:safety|legal "
        r"reasons|hygiene)|once (?:a|an|it|they) |be combined|general policy|"
        r"nobody at|no one at|any ?time|at any point|just so you know)\b|^(?:they|can) (?:can )?not\b|^please "
        r"(?:do not|note)\b|\bonly once\b"
    ),
    "by-oneself": (
        r"\b(?:in|on|from|via|through|under|at) (?:your|the|our) (?:\w+ )?(?:profile|app|settings|site|"
        r"website|portal|dashboard|login page|account page)\b|\bonline\b|\bby (?:tapping|"
        r"clicking|going to|logging|visiting|calling|dialling|texting)\b|\byourself\b"
    ),
    "on-its-way": (
        r"\b(?:is|are) (?:now |already )?(?:on (?:its|their|the) way|headed|heading|winging|en route|coming your way)"
        r"(?: back)?(?: over| out)?(?: to (?:you|your|the)| \.| !| ,|$| and| now| as of)"
    ),
}
