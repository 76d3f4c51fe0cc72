"""Turns of phrase that propose an act, or bind on a yes."""

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
        r"cancel|confirm|proceed|agree|stop|upgrade|activate|book|continue|approve|authori[sz]e|renew|pay|"
        r"join|enrol|enroll|opt|"
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
    "reply-to-act": (
        r"(?:^|[.,;:?!] |\bor |\bplease |\bjust )(?:reply|text|type|press|say|dial)(?: with| back)? (?:\S+ "
        r"){1,4}(?:to|for|and) "
        r"(?:a |an |the |your |my |our |have |get |be |keep |\w+ ){0,2}\w+"
        r"|^(?:reply|text|type|press)(?: with)? \S+(?: or \S+)?(?: \.| !|$)|\breply \S+(?: or \S+)? (?:\.|$)"
    ),
    "to-act-reply": (
        r"^(?:to|for) (?:\S+ ){1,8}?(?:, )?(?:please |just |simply )?(?:reply|text|press|type|say|dial) \S+"
    ),
    "yes-or-no": r"[(] ?(?:y / n|yes / no|y or n|yes or no|1 = yes|y = yes)\b|^y / n$|\byes / no ?[)?]",
    "for-me-to": (
        r"\b(?:ok|okay|happy|alright|fine|good|cool|ready|want|wish|prefer|fancy|mind|keen|like|rather|care)"
        r" (?:with |for |if |that )?(?:me|us|i|we) (?:to |could |can |just |\w+ing )?"
    ),
    "shall-i": r"\b(?:shall|should) (?:i|we)\b",
    "what-we-can-do": (
        r"\bwhat (?:i|we) (?:can|could|would|might)(?: \w+)? (?:do|offer)(?: \w+){0,5}? (?:is|instead is) (?:to )?\w+"
        r"|\b(?:only|best) thing (?:i|we) (?:can|could) do is\b|\bwhat i would (?:update|change|do|set up|book)\b"
    ),
    "want-it": r"^(?:so |then |and |ok |okay |do you |did you |would you |you )*(?:want|fancy|prefer|like)\b",
    "if-you-take": (
        r"\bif (?:you would (?:take|like|rather|prefer|want)|you fancy|you (?:are )?(?:happy|keen|okay|ok)|"
        r"that (?:suits|helps|"
        r"works)|(?:it|that) is (?:any use|ok|okay|easier)|you want)\b"
    ),
    "is-that-right": (
        r"^(?:so |and |then )?(?:is|does|are) (?:that|this|everything|it|all|those|these)(?: \w+){0,3} "
        r"(?:right|correct|ok|okay|fine|good|look|"
        r"looks)\b|, (?:correct|right|is that right|okay|yes|fancy it|ok) \? *$|^happy with (?:that|this)\b"
        r"|^(?:you |are you )?(?:all ?right|alright|ok|okay|happy) with (?:that|this)\b|^would that (?:do|"
        r"help|work|suit)\b"
    ),
    "press-a-key": r"^(?:press|dial) [0-9*#]\b|\bpress [0-9] (?:to|for)\b|^\w{1,12} = ",
    "trade-in-offer": r"\bsettlement offer\b|\bi am (?:able|happy|willing) to (?:offer|do)\b",
}
