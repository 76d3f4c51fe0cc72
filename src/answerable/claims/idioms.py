"""Fixed turns of phrase, matched all at once by one RE2 set in linear time.

They are written over words as `words_of` gives them: lower-case, contractions
written out, punctuation set apart by spaces.
"""

import re2

_COMPLETED = {
    "all-set": r"\ball (?:set|done|sorted|taken care of|squared away|fixed)\b|\bgood to go\b",
    "done": r"^(?:ok |okay |great |and |alright |perfect |there |yes )?(?:, |! |\. )?done\b|\bit is (?:now |already |all )?done\b"
    r"|\b(?:has|have) been taken care of\b|\bthat is (?:now )?(?:done|sorted|taken care of)\b",
    "in-effect": r"\b(?:is|are) (?:now|already|officially) (?:\w+ly )?(?:active|inactive|live|in effect|effective|in place|"
    r"closed|open|off|on|complete|in process|in progress|underway|yours|free|due|at|set|scheduled for|with)\b",
    "is-complete": r"\b(?:is|are) (?:all |now |successfully )?(?:complete|completed|finali[sz]ed)\b",
    "was-successful": r"\b(?:(?:was|were|went|is) (?:through|successful|a success))\b",
    "under-way": r"\b(?:new \w+|replacement \w+|refund|refunds|return|returns|exchange|replacement|credit|transfer|cancellation|certificate)"
    r" (?:is|are) (?:now |already )?(?:in process|in progress|under way|underway|on its way|on the way|on their way)\b",
    "you-are-booked": r"\b(?:you|both|everyone|they) are (?:now |all |already |both )*"
    r"(?:booked|confirmed|enrolled|upgraded|registered|checked in|covered from|scheduled|refunded|rebooked|signed up|opted out)\b",
    "now-status": r"\bnow (?:has|have|shows|reads|reflects|includes|lists|expires|ends|runs|stands)\b",
    "successfully": r"\bsuccessful(?:ly)? (?:cancelled|refunded|updated|changed|processed|completed|issued|applied|booked|submitted)\b",
    "no-longer-charged": r"\bhas been (?:a )?(?:taken off|taken down|put through|paid out|let go)\b",
}
_PROMISED = {
    "deal": r"\b(?:that is|it is|you have|you have got|we have|we have got|you got) a deal\b|^(?:it is a )?deal\b|\bdone deal\b",
    "consider-done": r"\bconsider (?:it|that|this) (?:done|sorted|cancelled|refunded|handled|fixed|taken care of)\b",
    "word-given": r"\b(?:i|we) (?:\w+ly )?(?:promise|guarantee|swear|vow|commit|undertake|pledge)\b|\bmy word\b|\bguaranteed\b|\bguarantee\b",
    "will-do": r"^(?:will do|on it|i am on it|we are on it|right away|consider it)\b",
    "you-bet": r"^(?:sure thing|you got it|absolutely|of course|certainly|no problem)[ ,!.-]*(?:it is yours|done|yours|i will|we will)\b",
    "no-takesies": r"\b(?:takesies|takebacks|take backs)\b|\blegally binding\b",
    "no-charge-until": r"\bno (?:\w+ )?(?:charge|charges|payment|fee|changes|money) will be\b|\bnothing will be (?:charged|changed|taken|sent|cancelled)\b",
    "on-us": r"\b(?:is|it is|be|are) on (?:us|the house|me)\b",
    "expect-to": r"^(?:please )?(?:you (?:can|may|should|will) )?expect (?:a |an |your |the |to (?:receive|see|hear|get) )",
    "agree": r"^(?:agreed|i agree|we agree|accepted)\b",
    "its-yours": r"\b(?:it|they|that) (?:is|are) yours\b",
    "get-it-done": r"\b(?:will|let me|let us|going to) (?:\w+ )?(?:get|have) (?:\w+ ){1,4}(?:cancelled|refunded|sorted|fixed|booked|processed|"
    r"sent|shipped|updated|changed|replaced|resolved|issued|started|set up|moved|taken care of|done|over to|out to|back to|switched|reversed|credited|waived|transferred|connected|scheduled)\b",
}
_OFFERED = {
    "would-you-like-act": r"\b(?:would|do) you (?:still )?(?:like|want|prefer|wish) (?:me|us) to\b",
    "would-you-like-thing": r"\b(?:would|do) you (?:like|want|prefer) (?:\w+ )?(?:a|an|the|this|that|your|store|to (?:go ahead|proceed|continue|use|keep|take)) ?"
    r"(?:\w+ )?(?:full |partial |free |different )?(?:refund|replacement|exchange|credit|voucher|coupon|discount|certificate|upgrade|callback|appointment|slot|with|go|proceed|booking|label)?",
    "shall-we": r"^(?:so |then |great |ok |okay )?(?:, )?(?:shall|should|may|can|might) (?:i|we) (?:\w+ly |now |also |just )?(?:proceed|go ahead|do|book|cancel|refund|process|send|make|continue|move|submit)\b",
    "confirm-to-proceed": r"\b(?:please )?(?:confirm|let me know|tell me|say|indicate)(?: now)?(?: by replying)? (?:if|that|whether|so|to|when) "
    r"(?:that )?(?:you would like|you want|you wish|you agree|you are happy|you are ready|you are ok|you are okay|i can|i may|i should|we can|we should|this is ok|this works|proceed|go ahead|to proceed)",
    "confirm-yes": r"\b(?:please )?(?:confirm|reply|say|type|respond|answer|text)(?: with| back)?(?: a)?(?: simple)? ?(?:\" |' |\( )?(?:yes|y|confirm|ok|1|go)\b",
    "do-you-confirm": r"\bdo you (?:confirm|agree|approve|accept|consent|authori[sz]e)\b|\bplease confirm (?:\.|!|$)|\bplease confirm (?:these|this|the|your|both|all|that)(?: \w+)? (?:changes|change|exchange|return|cancellation|modification|request|choice|booking|details? (?:above|below))"
    r"|\b(?:with|upon|after|pending|need|have|awaiting) (?:your )?(?:explicit |final )?(?:confirmation|approval|go-ahead|permission|consent)\b",
    "to-confirm": r"^(?:just )?(?:so )?(?:,)?(?:to (?:confirm|recap|summari[sz]e|clarify|double-check)) ?,? .*\b(?:want|like|wish|will|would|am|are)\b",
    "ready-to-proceed": r"\bready to (?:proceed|go ahead|book|move forward|cancel|submit|confirm)\b|\bif (?:that|this|it|everything) (?:is ok|is okay|works|sounds good|looks good|looks right|looks correct|is correct|is fine|is acceptable|is alright)\b",
    "like-to-proceed": r"\b(?:like|want|wish|prefer|happy|ready) (?:me |us )?to (?:go ahead|proceed|continue|move forward|opt|choose|accept)\b",
    "sounds-good": r"\b(?:does|would|will|is) (?:that|this|it) (?:sound|work|be|ok|okay|all right|alright|suit)\b.*\?|\b(?:sound good|okay with you|ok with you|how does that sound|is that (?:ok|okay|fine|acceptable))\b",
    "happy-to-act": r"\b(?:happy|glad|able|prepared|willing|pleased) to (?:offer|give|issue|refund|waive|extend|make an|match|honou?r|credit|replace|cancel|process|apply|send|arrange|provide you with a)\b",
    "we-offer-you": r"\b(?:i|we) (?:can|could|would|am able to|are able to) (?:also |still |instead |then )?(?:offer|give|get) you\b",
    "how-about": r"^(?:how about|what about|what if)\b",
    "option-of": r"\byou (?:have|also have) the option (?:of|to)\b",
    "reply-template": r"^(?:\" )?(?:reply|respond|type|text|say|press)(?: with)? ?: ",
    "just-say": r"\b(?:just )?say the word\b",
    "priced-proposal": r"\b(?:price difference|difference in price|additional cost|additional charge|amount due|refund amount|total refund|you pay|you save|you get|you receive|net refund|net charge|fare difference)\b.*[0-9]",
}
_ENTITLED = {
    "you-qualify": r"\byou (?:do |also |still |now |fully )?(?:qualify|are (?:also |still |now |fully |therefore |automatically )?(?:eligible|entitled|covered|owed|due|qualified|exempt))\b",
    "case-qualifies": r"\b(?:your|this|it|the|that|which|order|item) .*\b(?:qualifies|is (?:also |still |now |fully |therefore )?(?:eligible|covered|refundable|returnable|exchangeable|under warranty|within (?:the|our|its|your)))\b|^(?:it )?(?:qualifies|is eligible)\b",
    "you-do-not-qualify": r"\b(?:you|your|this|it|order|reservation|item|that|which|therefore) .*\b(?:not|no longer|in) ?(?:eligible|entitled|covered|qualify|qualified|refundable|returnable|owed|cancellable|changeable|within (?:the|our)|under warranty|valid)\b|\byou do not qualify\b|\bineligible\b",
    "expired-here": r"\b(?:your|this|the) (?:\w+ ){0,3}(?:is|are|has|have|was) (?:already |now )?(?:outside|past|beyond|expired|lapsed|out of warranty|too late)\b",
    "no-charge": r"\b(?:no (?:extra |additional |further )?(?:charge|cost|fee|fees|charges|penalty) (?:for (?:this|you|your|it|that)|to you|here|applies|will apply|is due|this time|in your case)\b|(?:will|would|are|is) (?:not )?(?:be )?(?:completely |totally )?free(?: of charge)?(?: for you)?(?: \.|$| ,| !)|at no (?:extra |additional )?(?:cost|charge)\b)",
    "you-owe": r"\byou (?:do not )?owe\b|\byou (?:will |would )?(?:not )?(?:have to|need to) pay\b|\byour (?:balance|refund|total|bill|fee) (?:due )?(?:comes to|amounts to)\b",
    "case-allowed": r"\b(?:so|therefore|meaning|which means|and) (?:that )?(?:you|it|we|i) (?:can|may|could) (?:be|still|now|also)?\b",
    "not-possible": r"\b(?:is|are|was|would be|will be) (?:not|no longer) (?:possible|allowed|permitted|available|something|able)\b|\b(?:impossible|not possible|not available|not permitted|not allowed|not an option)\b",
    "system-bars": r"\b(?:system|policy|airline|provider|plan|fare|ticket|network|tool) (?:only allows|only supports|only permits|does not (?:allow|support|permit|let))\b",
    "must-decline": r"\b(?:have to|must|need to|will have to|am going to have to) (?:decline|deny|refuse|say no)\b|\bdeclined your\b|\bi (?:do not|am not) (?:have (?:the )?(?:ability|authority|permission|access|a way|any way)|authori[sz]ed|able)\b|\bno (?:refund|refunds|exception|exceptions|credit|compensation|replacement|discount)s? (?:is|are|can|will|would|for|on|due|available)\b|\bbeyond (?:my|our) (?:ability|control|authority)\b",
    "your-fee": r"\byour (?:new |final |total )?(?:refund|fee|charge|penalty|cost) (?:is|would be|amounts)\b",
}
_ESTIMATED = {
    "approximately": r"\b(?:approximately|approx|about|around|roughly|nearly|almost|somewhere between|give or take|estimated|estimate|eta|up to) (?:usd |eur |gbp )?(?:\$?[0-9]|a |an |one |two |three |four |five |six |noon|midnight|half|monday|tuesday|wednesday|thursday|friday|saturday|sunday|the )",
    "usually": r"\b(?:usually|typically|generally|normally|ordinarily|on average|in most cases|most of the time|tends? to|as a rule)\b",
    "likely": r"\b(?:likely|probably|possibly|perhaps|maybe|presumably|hopefully|chances are|i believe|i think|we think|we expect|is expected|are expected|expected (?:to|by|on|delivery|arrival)|estimated|anticipated?|anticipate)\b",
    "should-be": r"\b(?:should|ought to) (?:be|arrive|take|reach|receive|see|get|have|show|appear|land|hit|come|work|post|clear|only|now|then|also|return|resolve)\b",
    "may-be": r"\b(?:(?:may|might) (?:\w+ )?(?:be|take|receive|qualify|get|see|vary|apply|arrive|still|also|not|have)|could (?:be|take|arrive|vary|still|also|have))\b",
}
_NONE = {
    "greeting": r"^(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|welcome|greetings|dear|hiya|howdy)\b",
    "thanks": r"^(?:(?:many |and |ok |okay |great |perfect )?(?:, |! |\. )?thank you|thanks|thx|you are (?:very |most |so )?welcome|my pleasure|no problem|no worries|much appreciated|appreciate)\b|\bthank you for\b|\b(?:i|we) (?:really )?appreciate (?:your|you|it|that)\b",
    "apology": r"\b(?:sorry|apologi[sz]e|apologies|regret)\b",
    "courtesy": r"\b(?:feel free|do not hesitate|happy to help|glad to help|here to help|here to assist|here for you|here if you|anything else|any other question|any further|any questions|need (?:any )?(?:more |further |other |additional )?(?:help|assistance)|how (?:can|may) (?:i|we)|what can i|have a (?:great|good|nice|wonderful|lovely|safe|pleasant)|enjoy your|take care|i understand|i completely understand|i hear you|best regards|kind regards|sincerely|safe travels|glad (?:i|we|to hear|that)|happy to hear|great (?:choice|question|news)|understood|got it|of course|certainly|absolutely|sure|great|perfect|no problem|bear with|hang tight|one moment|just a moment|moment please|please hold|please wait|hold on)\b",
    "needs-data": r"\b(?:i|we) (?:will |would |first |just |also |still |do |can |may )*(?:need|require)\b|\bin order to\b",
    "asks-data": r"\b(?:could|can|would|will) you (?:please |kindly |also |just |quickly )*(?:provide|share|tell|confirm|let|give|specify|send|clarify|verify|describe|check|try|double|list|choose|state|say|explain|elaborate|remind|repeat|help me|dm|message|indicate|point|upload|please|mind)\b|\b(?:please|kindly) (?:also |just |first |then |now )?(?:provide|share|tell|confirm|let me know|give|specify|send|clarify|verify|describe|choose|select|state|list|enter|dm|indicate|reply|respond|have)\b|\blet me know\b",
    "lead-in": r":(?: \")?$|\b(?:here (?:is|are)|below (?:is|are)|the following|as follows)\b",
    "read-verb": r"\b(?:let me|i will|i am|we are|i have|we have|i can|allow me to|i am going to|just|now) (?:\w+ly |just |now |first |also |then |quickly |need to |to )*(?:check|checking|checked|look(?:ing|ed)? up|look at|looking at|pull|pulling|pulled|find|finding|found|locate|locating|located|search|searching|review|reviewing|reviewed|verify|verifying|verified|see|take a look|retriev|gather|confirm(?:ing|ed)? your (?:identity|account|details|email)|authenticate)",
    "milestone": r"\bto (?:get started|proceed|begin|continue|assist|help|do (?:this|that|so)|process)\b",
}
_CUES = {
    "figure": r"[0-9#$%]|\b(?:dollars?|bucks?|euros?|pounds?|quid|cents?|rupees?|yen|minutes?|hours?|days?|weeks?|months?|years?|today|tonight|"
    r"tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|reservation|booking|confirmation|code|coupon|voucher|promo|reference|ref|percent)\b",
    "unfortunately": r"\b(?:unfortunately|regrettably|sorry ,? but|afraid|i am sorry|we are sorry|sadly)\b",
    "without": r"\b(?:without|until|unless)\b",
    "tool-failure": r"\b(?:error|errors|glitch|technical (?:issue|issues|difficult\w+|problem)|issue (?:processing|with (?:the|our) system|updating|retriev\w+|while)|system (?:is|was|does|did|will|could)(?: currently)? (?:not|unable|unavailable|down|fail\w*)|(?:request|attempt|payment|transaction|it|call|tool|lookup|search|update) (?:has |have |just )?failed|failed to|went wrong|did not go through|could not (?:be )?(?:complete|process|find|locate|retrieve|reach|load)\w*|was unable to|were unable to|unable to (?:find|locate|retrieve|verify|access|process|complete|authenticate))\b",
    "specific": r"\b(?:your|this|that|these|those|it|them|my|in your case|since|because|as a|as you)\b|#|\border \w*[0-9]",
    "hypothetical": r"^(?:.* )?(?:our )?(?:policy|rules|terms|guidelines|regulations)\b",
    "how-to": r"\b(?:you can|you may|you could|you will be able to|please|to) (?:\w+ly |also |just |simply |then |always )?(?:go to|visit|check|track|find|log|sign|click|tap|open the|see|view|contact|call|email|reach|navigate|download|scroll|select|use the|use our|refer|read|dial|text|head|swing|stop by|drop|print|pack|bring|mail|ask|try|restart|reboot|unplug|turn|wait|monitor|keep an eye)\b",
    "unless-rule": r"^(?:items|orders|refunds|returns|exchanges|customers|passengers|members|all|any|most|some|each|every|an|a|tickets|flights|basic|only|purchases|subscriptions|cards|policies|claims|patients|appointments|bills|payments|deposits|accounts|plans|warranties|products|no)\b",
}

_TABLE: dict[str, str] = {**_COMPLETED, **_PROMISED, **_OFFERED, **_ENTITLED, **_ESTIMATED, **_NONE, **_CUES}
_NAMES: tuple[str, ...] = tuple(_TABLE)

COMPLETED = frozenset(_COMPLETED)
PROMISED = frozenset(_PROMISED)
OFFERED = frozenset(_OFFERED)
ENTITLED = frozenset(_ENTITLED)
ESTIMATED = frozenset(_ESTIMATED)
SILENT = frozenset(_NONE)
"""Turns that say nothing about the case: greetings, thanks, requests, lead-ins."""


def _build() -> "re2.Set":
    options = re2.Options()
    options.max_mem = 256 << 20
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    patterns = re2.Set.SearchSet(options)
    for pattern in _TABLE.values():
        patterns.Add(pattern)
    patterns.Add("^")
    patterns.Compile()
    return patterns


class MatcherExhausted(Exception):
    """The automaton ran out of memory: nothing is known about the line."""


_SET = _build()


def idioms_in(line: str) -> frozenset[str]:
    """The names of the turns of phrase in a line, given as words joined by single spaces.

    RE2 reports "no match" where its automaton runs out of memory, so the last
    pattern of the set matches every line: without it the answer is no answer.
    Raises MatcherExhausted then.
    """
    found: list[int] | None = _SET.Match(line)
    if not found or len(_NAMES) not in found:
        raise MatcherExhausted("the set of idioms could not be matched in the memory it has")
    return frozenset([_NAMES[index] for index in found if index < len(_NAMES)])
