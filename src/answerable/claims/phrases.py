"""Fixed turns of phrase by what they do, as RE2 patterns.

They are written over words as `words_of` gives them: lower-case, contractions
written out, punctuation set apart by spaces. The names are what `Claim.because`
shows.
"""

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
}
"""Says that something is done or in effect."""

PROMISED = {
    "deal": (
        r"\b(?:that is|it is|you have|you have got|we have|we have got|you got) a deal\b|^(?:it is a "
        r")?deal\b|\bdone deal\b"
    ),
    "consider-done": (
        r"\bconsider (?:it|that|this) (?:done|sorted|cancelled|refunded|handled|fixed|"
        r"taken care of)\b"
    ),
    "word-given": (
        r"\b(?:i|we) (?:\w+ly )?(?:promise|guarantee|swear|vow|commit|undertake|pledge)\b|\bmy word\b|"
        r"\bguaranteed\b|\bguarantee\b"
    ),
    "will-do": r"^(?:will do|on it|i am on it|we are on it|right away|consider it)\b",
    "you-bet": (
        r"^(?:sure thing|you got it|absolutely|of course|certainly|no problem)[ ,!.-]*(?:it is yours|"
        r"done|yours|i will|we will)\b"
    ),
    "no-takesies": r"\b(?:takesies|takebacks|take backs)\b|\blegally binding\b",
    "no-charge-until": (
        r"\bno (?:\w+ )?(?:charge|charges|payment|fee|changes|money) will be\b|\bnothing will be "
        r"(?:charged|changed|taken|sent|cancelled)\b"
    ),
    "on-us": r"\b(?:is|it is|be|are) on (?:us|the house|me)\b",
    "expect-to": (
        r"^(?:please )?(?:you (?:can|may|should|will) )?expect (?:a |an |your |the |to (?:receive|see|"
        r"hear|get) )"
    ),
    "agree": r"^(?:agreed|i agree|we agree|accepted)\b",
    "its-yours": r"\b(?:is|are) (?:all )?yours\b",
    "get-it-done": (
        r"\b(?:will|let me|let us|going to) (?:\w+ )?(?:get|have) (?:\w+ ){1,4}(?:cancelled|refunded|"
        r"sorted|fixed|booked|processed|sent|shipped|updated|changed|replaced|resolved|issued|started|"
        r"set up|moved|taken care of|done|over to|out to|back to|switched|reversed|credited|waived|"
        r"transferred|connected|scheduled)\b"
    ),
}
"""Binds without a condition."""

OFFERED = {
    "would-you-like-act": r"\b(?:would|do) you (?:still )?(?:like|want|prefer|wish) (?:me|us) to\b",
    "would-you-like-thing": (
        r"\b(?:would|do) you (?:like|want|prefer) (?:\w+ )?(?:a|an|the|this|that|your|store|to (?:go "
        r"ahead|proceed|continue|use|keep|take)) ?(?:\w+ )?(?:full |partial |free |different "
        r")?(?:refund|replacement|exchange|credit|voucher|coupon|discount|certificate|upgrade|"
        r"callback|appointment|slot|with|go|proceed|booking|label)?"
    ),
    "shall-we": (
        r"^(?:so |then |great |ok |okay )?(?:, )?(?:shall|should|may|can|might) (?:i|we) (?:\w+ly |"
        r"now |also |just )?(?:proceed|go ahead|do|book|cancel|refund|process|send|make|continue|move|"
        r"submit)\b"
    ),
    "confirm-to-proceed": (
        r"\b(?:please )?(?:confirm|let me know|tell me|say|indicate)(?: now)?(?: by replying)? (?:if|"
        r"that|whether|so|to|when) (?:that )?(?:you would like|you want|you wish|you agree|you are "
        r"happy|you are ready|you are ok|you are okay|i can|i may|i should|we can|we should|this is "
        r"ok|this works|proceed|go ahead|to proceed)"
    ),
    "confirm-yes": (
        r"\b(?:please )?(?:confirm|reply|say|type|respond|answer|text)(?: with| back)?(?: a)?(?: "
        r"""simple)? ?(?:\" |' |\( )?(?:yes|y|confirm|ok|1|go)\b"""
    ),
    "do-you-confirm": (
        r"\bdo you (?:confirm|agree|approve|accept|consent|authori[sz]e)\b|\bplease confirm (?:\.|!|"
        r"$)|\bplease confirm (?:these|this|the|your|both|all|that)(?: \w+)? (?:changes|change|"
        r"exchange|return|cancellation|modification|request|choice|booking|details? (?:above|below))|"
        r"\b(?:with|upon|after|pending|need|have|awaiting) (?:your )?(?:explicit |final "
        r")?(?:confirmation|approval|go-ahead|permission|consent)\b"
    ),
    "to-confirm": (
        r"^(?:just )?(?:so )?(?:,)?(?:to (?:confirm|recap|summari[sz]e|clarify|double-check)) ?,? "
        r".*\b(?:want|like|wish|will|would|am|are)\b"
    ),
    "ready-to-proceed": (
        r"\bready to (?:proceed|go ahead|book|move forward|cancel|submit|confirm)\b|\bif (?:that|this|"
        r"it|everything) (?:is ok|is okay|works|sounds good|looks good|looks right|looks correct|is "
        r"correct|is fine|is acceptable|is alright)\b"
    ),
    "like-to-proceed": (
        r"\b(?:like|want|wish|prefer|happy|ready) (?:me |us )?to (?:go ahead|proceed|continue|move "
        r"forward|opt|choose|accept)\b"
    ),
    "sounds-good": (
        r"\b(?:does|would|will|is) (?:that|this|it) (?:sound|work|be|ok|okay|all right|alright|"
        r"suit)\b.*\?|\b(?:sound good|okay with you|ok with you|how does that sound|is that (?:ok|"
        r"okay|fine|acceptable))\b"
    ),
    "happy-to-act": (
        r"\b(?:happy|glad|able|prepared|willing|pleased) to (?:offer|give|issue|refund|waive|extend|"
        r"make an|match|honou?r|credit|replace|cancel|process|apply|send|arrange|provide you with a)\b"
    ),
    "we-offer-you": (
        r"\b(?:i|we) (?:can|could|would|am able to|are able to) (?:also |still |instead |then "
        r")?(?:offer|give|get) you\b"
    ),
    "how-about": r"^(?:how about|what about|what if)\b",
    "tap-to-accept": (
        r"^(?:please |just |simply )?(?:tap|click|press|hit|select|"
        r"choose) .*\bto (?:accept|approve|proceed|authori[sz]e|agree|confirm)\b"
    ),
    "type-to-act": (
        r"^(?:please |just |simply )?(?:type|reply|text|press|say|respond|answer) (?:\S+ ){1,8}to (?:switch|accept|"
        r"cancel|confirm|proceed|agree|stop|upgrade|activate|book|continue|approve|authori[sz]e|renew|pay|join|enrol|enroll|opt|"
        r"subscribe|unsubscribe|claim|redeem|return|exchange|schedule|start|receive)\b"
        r"|^to (?:\w+ ){1,6}, (?:please |just )?(?:reply|text|press|type|say)\b"
    ),
    "would-that-help": (
        r"^would (?:a|an|usd|eur|gbp|\$?[0-9]) ?.*"
        r"\b(?:credit|refund|voucher|discount|replacement|off|back)\b"
    ),
    "interest-you": r"\binterest you in\b",
    "option-of": r"\byou (?:have|also have) the option (?:of|to)\b",
    "reply-template": r"^(?:\" )?(?:reply|respond|type|text|say|press)(?: with)? ?: ",
    "just-say": r"\b(?:just )?say the word\b",
    "priced-proposal": (
        r"\b(?:price difference|difference in price|additional cost|additional charge|amount due|"
        r"refund amount|total refund|you pay|you save|you get|you receive|net refund|net charge|fare "
        r"difference)\b.*[0-9]"
    ),
}
"""Proposes an act, or binds on a yes."""

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
}
"""Decides this customer's case, for or against."""

ESTIMATED = {
    "approximately": (
        r"\b(?:approximately|approx|about|around|roughly|nearly|almost|give or take|up to) (?:usd |eur |gbp )?"
        r"(?:\$?[0-9]|one |two |three |four |five |six |ten |noon|midnight|half|monday|tuesday|wednesday|thursday|"
        r"friday|saturday|sunday)|\b(?:in|within|take|takes|for|of) (?:about|around|roughly) (?:a|an|the) "
        r"|\b(?:estimated|estimate|eta|somewhere between)\b"
    ),
    "usually": (
        r"\b(?:usually|typically|generally|normally|ordinarily|on average|in most cases|most of the "
        r"time|tends? to|as a rule)\b"
    ),
    "likely": (
        r"\b(?:likely|probably|possibly|perhaps|maybe|presumably|hopefully|chances are|i believe|i "
        r"think|we think|we expect|is expected|are expected|expected (?:to|by|on|delivery|arrival)|"
        r"estimated|anticipated?|anticipate)\b"
    ),
    "should-be": (
        r"\b(?:should|ought to) (?:be|arrive|take|reach|receive|see|get|have|show|appear|land|hit|"
        r"come|work|post|clear|only|now|then|also|return|resolve)\b"
    ),
    "may-be": (
        r"\b(?:(?:may|might) (?:\w+ )?(?:be|take|receive|qualify|get|see|vary|apply|arrive|still|also|"
        r"not|have)|could (?:be|take|arrive|vary|still|also|have))\b"
    ),
}
"""Marks itself as approximate or likely."""

SILENT = {
    "greeting": r"^(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|welcome|greetings|dear|hiya|howdy)\b",
    "thanks": (
        r"^(?:(?:many |and |ok |okay |great |perfect )?(?:, |! |\. )?thank you|thanks|thx|you are "
        r"(?:very |most |so )?welcome|my pleasure|no problem|no worries|much appreciated|"
        r"appreciate)\b|\bthank you for\b|\b(?:i|we) (?:really )?appreciate (?:your|you|it|that)\b"
    ),
    "apology": r"\b(?:sorry|apologi[sz]e|apologies|regret)\b",
    "courtesy": (
        r"\b(?:feel free|do not hesitate|happy to help|glad to help|here to help|here to assist|here "
        r"for you|here if you|anything else|any other question|any further|any questions|need (?:any "
        r")?(?:more |further |other |additional )?(?:help|assistance)|how (?:can|may) (?:i|we)|what "
        r"can i|have a (?:great|good|nice|wonderful|lovely|safe|pleasant)|enjoy your|take care|i "
        r"understand|i completely understand|i hear you|best regards|kind regards|sincerely|safe "
        r"travels|glad (?:i|we|to hear|that)|happy to hear|great (?:choice|question|news)|understood|"
        r"got it|of course|certainly|absolutely|sure|great|perfect|no problem|bear with|hang tight|"
        r"one moment|just a moment|moment please|please hold|please wait|hold on)\b"
    ),
    "needs-data": (
        r"\b(?:i|we) (?:will |would |first |just |also |still |do |can |may )*(?:need|require)\b|\bin "
        r"order to\b"
    ),
    "asks-data": (
        r"\b(?:could|can|would|will) you (?:please |kindly |also |just |quickly )*(?:provide|share|"
        r"tell|confirm|let|give|specify|send|clarify|verify|describe|check|try|double|list|choose|"
        r"state|say|explain|elaborate|remind|repeat|help me|dm|message|indicate|point|upload|please|"
        r"mind)\b|\b(?:please|kindly) (?:also |just |first |then |now )?(?:provide|share|tell|confirm|"
        r"let me know|give|specify|send|clarify|verify|describe|choose|select|state|list|enter|dm|"
        r"indicate|reply|respond|have)\b|\blet me know\b"
    ),
    "lead-in": r":(?: \")?$|\b(?:here (?:is|are)|below (?:is|are)|the following|as follows)\b",
    "read-verb": (
        r"\b(?:let me|i will|i am|we are|i have|we have|i can|allow me to|i am going to|just|now) "
        r"(?:\w+ly |just |now |first |also |then |quickly |need to |to )*(?:check|checking|checked|"
        r"look(?:ing|ed)? up|look at|looking at|pull|pulling|pulled|find|finding|found|locate|"
        r"locating|located|search|searching|review|reviewing|reviewed|verify|verifying|verified|see|"
        r"take a look|retriev|gather|confirm(?:ing|ed)? your (?:identity|account|details|email)|"
        r"authenticate)"
    ),
    "milestone": r"\bto (?:get started|proceed|begin|continue|assist|help|do (?:this|that|so)|process)\b",
}
"""Says nothing about the case: greetings, thanks, requests, lead-ins."""

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
}
"""Weighs other reasons; claims nothing itself."""
