"""Turns of phrase that say that something is done or in effect."""

COMPLETED = {
    "all-set": r"\ball (?:set|done|sorted|taken care of|squared away|fixed)\b|\bgood to go\b",
    "done": (
        r"^(?:ok |okay |great |and |alright |perfect |there |yes )?(?:, |! |\. )?done\b|\bit is "
        r"(?:now |already |all )?done\b|\b(?:has|have) been taken care of\b|\bthat is (?:now "
        r")?(?:done|sorted|taken care of)\b"
    ),
    "in-effect": (
        r"\b(?:is|are) (?:now|already|officially) (?:\w+ly )?(?:active|inactive|live|in effect|"
        r"effective|in place|closed|open|off|on|complete|in process|in progress|underway|yours|free|"
        r"due|at|set|scheduled for|with)\b"
    ),
    "is-complete": r"\b(?:is|are) (?:all |now |successfully )?(?:complete|completed|finali[sz]ed)\b",
    "was-successful": r"\b(?:(?:was|were|went|is) (?:through|successful|a success))\b",
    "under-way": (
        r"\b(?:new \w+|replacement \w+|money|funds|cash|refund|refunds|return|returns|exchange|replacement|credit|"
        r"transfer|cancellation|certificate) (?:is|are) (?:now |already )?(?:in process|in progress|"
        r"under way|underway|on its way|on the way|on their way)\b"
    ),
    "you-are-booked": (
        r"\b(?:you|both|everyone|they) are (?:now |all |already |both )*(?:booked|confirmed|enrolled|"
        r"upgraded|registered|checked in|covered from|scheduled|refunded|rebooked|signed up|opted "
        r"out)\b"
    ),
    "now-status": r"\bnow (?:has|have|shows|reads|reflects|includes|lists|expires|ends|runs|stands)\b",
    "successfully": (
        r"\bsuccessful(?:ly)? (?:cancelled|refunded|updated|changed|processed|completed|issued|"
        r"applied|booked|submitted)\b"
    ),
    "charge-gone": (
        r"\b(?:fee|fees|charge|charges|fine|hold|block|debt|penalty|restriction|"
        r"limit) (?:is|are|has|have) (?:now |been )?"
        r"(?:gone|off|cleared|lifted|wiped)\b"
    ),
    "no-longer-charged": r"\bhas been (?:a )?(?:taken off|taken down|put through|paid out|let go)\b",
    "state-now": (
        r"\b(?:is|are|am) (?:now |again |already |both |all |officially )(?:\w+ly )?(?:back |up |down )?(?:active|"
        r"inactive|live|on|off|in|open|closed|back|ready|running|working|yours|in place|gone|done|set|clear|frozen|"
        r"higher|lower|down|at|with|under|part|linked)\b"
        r"|\b(?:is|are) (?:back (?:on|in|at|with|to|up|open|your)|(?:active|open|live|on|off|yours|working) "
        r"(?:again|now|"
        r"too|as of|already|from today|straight away))\b|\bno longer (?:linked|attached|on your|connected|locked|"
        r"blocked|frozen|barred|suspended|restricted|charged)\b"
        r"|\b(?:you are|that is|it is) (?:back )?(?:in|on|off|up) (?:\w+ ){0,3}now\b"
        r"|\bnow [$0-9]\S* ?(?:\.|$)|^back on\b"
    ),
    "it-is-in": (
        r"\b(?:order|request|swap|return|claim|application|booking|payment|refund|trace|change|dispute|note|credit|"
        r"credits|stop|transfer|cancellation|upgrade|exchange|referral|complaint|it|both|they|ticket|appointment|"
        r"discount|voucher|report|name|all) "
        r"(?:is|are) (?:now |all |already )?in(?: place| the system| the queue| your basket| the basket| too| now)?"
        r"(?: \.| ,| !|$| with| -| \()"
    ),
    "in-your-inbox": (
        r"\b(?:is|are) (?:now |already |sitting |waiting )*(?:in|on) your (?:\w+ )?(?:inbox|basket|account|"
        r"email|emails|"
        r"wallet|app|card|portal|balance|profile|line|file|bill)(?: now| already| \.| !|$| ,)"
    ),
    "that-is-it-done": (
        r"\b(?:that is|there is) (?:you|that|it|them|your|the|both|all|everything)(?: \S+){0,5}? (?:moved|cancelled|"
        r"booked|refunded|barred|blocked|changed|updated|sorted|done|in|on|off|set|added|removed|switched|paid|sent|"
        r"upgraded|renewed|registered|stopped|closed|swapped|fixed|confirmed|reset|unlocked|activated|up)"
        r"(?: \.| ,| !|$| for| to| from| on| at| with| over| until| in| now| off| through)"
    ),
    "gone-through": (
        r"\b(?:has|have|is|are) (?:now |just |already |all )*(?:gone|come|been put) (?:through|back|off|out|onto|on "
        r"your)\b|\b(?:just|has|have) (?:left|landed|dropped off|cleared) (?:for|in|into|on|your|to)\b"
        r"|\b(?:has|have) (?:now |just )?(?:landed|gone live|taken effect)\b"
    ),
    "taken-off": r"\b(?:came off|that took|taken off with|is the \S+ off|has come off|zeroed out|is it lifted)\b",
    "you-are-down-for": (
        r"\b(?:you are|you both are|that is you) (?:in for|down for|down as|booked in|all in|on (?:the|our) "
        r"(?:list|waitlist|"
        r"waiting list)|on there|up for|signed up|in the queue|set for|confirmed for|on overnight|moved)\b"
        r"|\b(?:have|has) (?:got )?you (?:down|in|booked|signed|set|listed|scheduled)\b|\bi got you in\b"
    ),
    "they-have-it": r"\b(?:has|have) (?:now )?got your (?:\w+ "
    ")?(?:file|address|details|case|request|claim|number) now\b",
    "is-lifted": r"\b(?:block|ban|hold|limit|cap|restriction|bar|stop|freeze) (?:on \S+ \S+ )?(?:is|has) "
    "(?:now |been )?(?:lifted|off|gone|released)\b",
}
