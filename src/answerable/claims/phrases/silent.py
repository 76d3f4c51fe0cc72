"""Turns of phrase that say nothing about the case: greetings, thanks, requests, lead-ins."""

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
    "empathy": (
        r"^(?:oh |ah |aww |well |ouch |wow |yikes |okay |hi \w+ |, |! )*(?:that is|that must|that has|how|"
        r"what a|what an|i know|i get|i can imagine|i can only|poor|it is (?:smart|good|great|lovely)|"
        r"we are gutted|such a|lovely that|sounds like a|i hope|i love)\b|\b(?:frustrating|awful|dreadful|"
        r"annoying|worrying|stressful|gutted|horrible|upsetting|exciting)\b"
    ),
    "good-wishes": (
        r"\b(?:congrats|congratulations|happy (?:birthday|anniversary|baking|travels|holidays|shopping|"
        r"reading|streaming)|enjoy|well done|see you|good luck|speedy recovery|bye|cheers|drive safe\w*|"
        r"safe travels|all the best|get well|have a)\b|^(?:lovely|brilliant|wonderful|fantastic|excellent|"
        r"awesome|amazing|cheers|ta|received|righto|right|alright|okay|hmm|mm-hm|fair enough|oh no|no rush|"
        r"no worries|no bother|not at all|no hurry|good question|good choice|one sec|one more second|almost "
        r"there|nearly there|take all the time|take your time|time for|there we go|here we go|okay then)\b"
    ),
    "you-said": (
        r"^(?:so |okay |hi \w+ |, )*you (?:mentioned|said|say|asked|wanted|told|were (?:told|asking|hoping|"
        r"promised)|are asking|are quoting|have asked)\b|\bi (?:understand|gather|see|hear) (?:that )?you "
        r"(?:were|are|want|would|have been)\b"
    ),
    "you-are-through-to": r"\byou (?:are|have) (?:through to|reached)\b|\bassistant here\b|\byou through "
    "security\b|\bmy (?:system|screen) is\b|\bscreen is a bit\b|\bit is loading\b",
    "reading-out": (
        r"^(?:ok |okay |right |so |, |um |now )*(?:just |still )?(?:checking|opening|reading|looking|loading|"
        r"pulling|getting|bringing up|having a look|finding|going through|seeing|waiting for)\b"
    ),
}
