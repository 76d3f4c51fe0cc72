"""Turns of phrase that decide this customer's case, for or against."""

ENTITLED = {
    "you-qualify": (
        r"\byou (?:do |also |still |now |fully )?(?:qualify|are (?:also |still |now |fully |therefore "
        r"|automatically )?(?:eligible|entitled|covered|owed|due|qualified|exempt))\b"
    ),
    "you-are-within": (
        r"\byou are (?:also |still |now |well |just |safely |comfortably )?(?:within|inside|in time for) "
        r"(?:the|our|your|its|that) \b"
    ),
    "case-qualifies": (
        r"\b(?:your|this|it|the|that|which|order|item) .*\b(?:qualifies|is (?:also |still |now |fully "
        r"|therefore )?(?:eligible|covered|refundable|returnable|exchangeable|under warranty|within "
        r"(?:the|our|its|your)))\b|^(?:it )?(?:qualifies|is eligible)\b"
    ),
    "you-do-not-qualify": (
        r"\b(?:you|your|this|it|order|reservation|item|that|which|therefore) .*\b(?:not|no longer|in) "
        r"?(?:eligible|entitled|covered|qualify|qualified|refundable|returnable|owed|cancellable|"
        r"changeable|within (?:the|our)|under warranty|valid)\b|\byou do not qualify\b|\bineligible\b"
    ),
    "expired-here": (
        r"\b(?:your|this|the) (?:\w+ ){0,3}(?:is|are|has|have|was) (?:already |now )?(?:outside|past|"
        r"beyond|expired|lapsed|out of warranty|too late)\b"
    ),
    "no-charge": (
        r"\b(?:no (?:extra |additional |further )?(?:charge|cost|fee|fees|charges|penalty) (?:for "
        r"(?:this|you|your|it|that)|to you|here|applies|will apply|is due|this time|in your case)\b|"
        r"(?:will|would|are|is) (?:not )?(?:be )?(?:completely |totally )?free(?: of charge)?(?: for "
        r"you)?(?: \.|$| ,| !)|at no (?:extra |additional )?(?:cost|charge)\b)"
    ),
    "you-bear": r"\byou are (?:not )?(?:responsible|liable) for\b",
    "you-owe": (
        r"\byou (?:do not )?owe\b|\byou (?:will |would )?(?:not )?(?:have to|need to) pay\b|\byour "
        r"(?:balance|refund|total|bill|fee) (?:due )?(?:comes to|amounts to)\b"
    ),
    "case-allowed": (
        r"\b(?:so|therefore|meaning|which means|and) (?:that )?(?:you|it|we|i) (?:can|may|could) "
        r"(?:be|still|now|also)?\b"
    ),
    "not-possible": (
        r"\b(?:is|are|was|would be|will be) (?:not|no longer) (?:possible|allowed|permitted|available|"
        r"something|able)\b|\b(?:impossible|not possible|not available|not permitted|not allowed|not "
        r"an option)\b"
    ),
    "free-to-keep": (
        r"\b(?:free|welcome) to (?:keep|cancel|exchange|(?:return|send|bring|take) (?:it|"
        r"them|the|your|this|that))\b"
    ),
    "no-need-to": (
        r"\b(?:no need|not need|not have|need not) (?:to )?(?:send|return|pay|ship|bring|"
        r"refund|worry about pay\w+)\b"
    ),
    "system-bars": (
        r"\b(?:system|policy|airline|provider|plan|fare|ticket|network|tool) (?:only allows|only "
        r"supports|only permits|does not (?:allow|support|permit|let))\b"
    ),
    "must-decline": (
        r"\b(?:have to|must|need to|will have to|am going to have to) (?:decline|deny|refuse|say "
        r"no)\b|\bdeclined your\b|\bi (?:do not|am not) (?:have (?:the )?(?:ability|authority|"
        r"permission|access|a way|any way)|authori[sz]ed|able)\b|\bno (?:refund|refunds|exception|"
        r"exceptions|credit|compensation|replacement|discount)s? (?:is|are|can|will|would|for|on|due|"
        r"available)\b|\bbeyond (?:my|our) (?:ability|control|authority)\b"
    ),
    "your-fee": r"\byour (?:new |final |total )?(?:refund|fee|charge|penalty|cost) (?:is|would be|amounts)\b",
    "applies-to-you": (
        r"\b(?:applies|apply|applied|applicable) (?:to|for) (?:you|your|yours|this|it|us here)\b|\b(?:does|do|"
        r"did) not apply"
        r" (?:to|for|here|on|in) |\bappl(?:y|ies) here\b|\bapplies in your case\b|\b(?:does|do) not (?:extend|"
        r"count) to (?:you|your|this)\b"
    ),
    "owed-to-you": (
        r"\b(?:due|owed|payable) (?:back )?to you\b|\b(?:is|are) (?:now )?owed(?: back)?\b|\bwe (?:do )?owe "
        r"you\b|\bwe would owe you\b|"
        r"\byou (?:are|would be|will be) (?:\w+ )?(?:due|owed)\b|\bcomes? back to you\b|\bwhat you can "
        r"(?:re)?claim\b|\bbelongs? (?:to you|in "
        r"your)\b|\bstays? yours\b|\bthose you do get back\b|\bwaiting for you\b|\bcredit due\b|\byou should "
        r"(?:not|never) have been charged\b"
    ),
    "you-have-until": (
        r"\byou (?:do )?(?:still )?(?:have|have got|can take)(?: still| about)? (?:until|till|up to|\S+ "
        r"(?:days|hours|weeks|"
        r"months|hour|week|month)(?: \w+)? (?:left|to|remaining|more))\b|\byou (?:have |are )?still (?:have|"
        r"got|in time|able)\b"
    ),
    "nothing-to-pay": (
        r"\bnothing (?:more |further |left |else |extra |is )*(?:to pay|due|owing|payable|to refund|is due|is "
        r"payable)\b|\bcosts? you "
        r"nothing\b|\b(?:you are|would) not (?:be )?(?:being )?(?:billed|charged|paying)\b|\bno (?:\w+ "
        r"){0,3}(?:fee|fees|charge|"
        r"excess|penalty|cost|deposit|interest)(?: \w+){0,2} (?:applies|apply|on your|on this|for you|on it|"
        r"is due|to pay|for "
        r"this|for your|to you)\b|\bnot cost you\b|\bwithout any (?:charge|cost|fee)(?: to you)?\b|\bfree "
        r"(?:of charge )?(?:for|to|with) (?:you|your)\b"
        r"|\b(?:is|it is|that is) free (?:on|with|for) your\b|\bnot payable by you\b|\bno (?:\w+ ){0,2}(?:fee|"
        r"charge|penalty) on your\b"
    ),
    "charge-stands": (
        r"\b(?:charge|charges|fee|fees|decision|refusal|rejection|penalty|balance|price|[$]\S+|usd \S+|gbp "
        r"\S+|eur \S+|\S+ kr) "
        r"(?:still )?(?:stands|applies to|has to stay|have to stay|stays with us|stays on|stays as|remains "
        r"payable)\b|\bhas to stay\b"
    ),
    "out-of-window": (
        r"\b(?:out of|outside|past|beyond) (?:of )?(?:warranty|coverage|cover|the|our|its|your|contract)\b"
        r"|\b(?:falls?|fell) (?:outside|short|within|inside)\b|\btoo late\b|\bmissed the (?:\w+ )?(?:cut-off|"
        r"cutoff|deadline|"
        r"start|window)\b|\b(?:window|period|cut-off|deadline) (?:has |is )?(?:closed|passed|ended|lapsed|expired)\b"
        r"|\b(?:in|under) warranty\b"
    ),
    "does-not-meet": (
        r"\b(?:does|do|did|has|have) not (?:yet )?(?:meet|met|met|reach|reached|qualify|qualified|come with|"
        r"count|"
        r"entitle|allow|fall under|been successful|been approved)\b|\b(?:exceeds|is over|is above) (?:your|the|our)\b"
        r"|\b(?:is|are) not (?:yet )?(?:exempt|protected|insured|chargeable|payable|reimbursable|returnable|"
        r"valid|covered|"
        r"included|open to|due|signed|allowed|possible|eligible|refundable|yours|something)\b|\bnot "
        r"(?:eligible|returnable|refundable)\b"
    ),
    "meets-it": (
        r"\b(?:order|claim|case|account|receipt|request|application|you|yours|booking|purchase|fault|it|trip|"
        r"delay|that|return|reading|"
        r"policy|plan|cover|contract) (?:\w+ )?(?:meets?|qualif(?:y|ies)|"
        r"entitles? you|counts|covers (?:it|you|your|this|that))\b|\bqualifies you\b|\byou have met\b|\bin "
        r"your favou?r\b"
    ),
    "is-covered": (
        r"\b(?:you|your \S+|your \S+ \S+|this|that|yours|it|everything you hold|the \S+ week|which) (?:is|"
        r"are) (?:\w+ly |already |all |both "
        r")?(?:exempt|protected|insured|chargeable|payable|refundable|non-refundable|reimbursable|covered|"
        r"free|allowed|"
        r"excluded|pre-approved|approved|owed|included|exempt|liable|safe|inside|in time|within|good)(?: \.| "
        r",| !|$| from| for| under| by| to| with| at| in| as| until| since| because| on|;)"
    ),
    "you-get": (
        r"\byou (?:do |also |still |always )?(?:get|keep|have) (?:a |an |the |your |both |all |full |free |"
        r"one |[$]\S+ )?(?:\w+ ){0,2}(?:back|on this|on "
        r"your|left|waiting|benefits|off|today|access)\b|\byou would (?:still )?(?:keep|get back|stay|be free|"
        r"be due|not get|fall short)\b"
        r"|\bbenefits (?:are|is) (?:\w+ly )?(?:active|yours|open)\b"
    ),
    "not-open-to-us": (
        r"\b(?:is|are) not (?:open to you|on the cards|something (?:i|we)|mine to|for us to)\b|\bno (?:way "
        r"for me|discretion|grounds|power to|slots? left|reason to)\b"
        r"|\bnothing (?:i|we) can\b|\b(?:am|are) not in a position\b|\b(?:said|say|says|is a|it is a) no\b(?: "
        r"to)?|\bturned? (?:it|this|that|you|your \w+) down\b|\bturn it down\b"
        r"|\bis already full\b|\bfully booked\b|\bno (?:\w+ ){0,2}(?:slots|seats|rooms|tables|places|"
        r"appointments) (?:left|free|available)\b|\bhave to (?:decline|turn)\b"
    ),
    "free-to-leave": r"\byou (?:are|would (?:still )?be) (?:\w+ )?free to\b|\bis yours to\b|\byours by "
    "right\b|\bprotects you\b",
    "case-possible": r"\b(?:is|are) (?:still )?possible\b|\bthat is allowed\b|\b(?:you|it|yours) (?:are|is) "
    "(?:allowed|safe)\b",
    "you-would-pay": (
        r"\b(?:it would|that would|would) (?:cost|run|set) you\b|\byou would (?:need|have) to (?:pay|bring)\b|"
        r"\bcomes to (?:usd |gbp |eur )?[$0-9]"
        r"|\bis payable (?:before|on|by|when)\b|\b(?:that|which) makes (?:it|your)\b|\byou pay\b|\byou are charged\b"
    ),
}
