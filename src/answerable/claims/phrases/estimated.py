"""Turns of phrase that mark themselves as approximate or likely."""

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
    "guess": (
        r"\b(?:best|rough|my|a|current) guess\b|\bi would (?:say|guess|expect|reckon|imagine|think|be "
        r"surprised|bet)\b|\bi (?:reckon|suspect|doubt|bet|"
        r"guess|wanna say|imagine|am fairly sure|am pretty sure)\b|\breckons?\b|\b(?:i will|i would|i) bet\b|"
        r"\bi do not see why not\b|\bwould not bank on\b|\bdo not quote me\b"
        r"|\b(?:in all likelihood|realistically|most likely|more likely|chances are)\b|\b(?:chance|chances) "
        r"(?:we|you|it|they|that|of)\b|\bsounds like (?:the|a|you)\b|\bwe are (?:thinking|hoping)\b"
        r"|\bthey are hoping\b|\bfingers crossed\b|\bthey are telling me\b|\bcould well\b|\bmay well\b|"
        r"\bmight well\b|\b(?:quite|very) possible\b|\bwith (?:any|a bit of|a little) luck\b"
        r"|\bif all goes (?:to plan|well)\b|\b(?:traffic|weather) permitting\b|\bbetter (?:shot|chance)\b|\brarely\b"
    ),
    "ballpark": (
        r"\bballpark\b|\bgive or take\b|\bthereabouts\b|\bor so\b|\b(?:anything|anywhere) (?:up to|between|"
        r"from)\b|\bsomewhere (?:around|between|near|in)\b|\byou (?:would|will) be looking at\b"
        r"|^(?:approx|est|expected|typical|estimated|likely|ballpark)\b|\bapprox\b|\bexpected (?:delivery|"
        r"departure|arrival|restock|at|week|back|time|date)\b|\bset to (?:land|arrive|reach)\b"
        r"|\bstill expect\b|\b(?:just|only) after lunch or\b|\ba couple of \w+ (?:off|away)\b"
    ),
    "mostly": (
        r"^(?:with |for )?most (?:\w+ )*\w+s?\b|\bmostly\b|\boften\b|\btypical\b|\boccasionally\b|\bdepending "
        r"on\b|\bsome (?:people|customers) (?:see|find|get)\b|\bhopefully\b"
        r"|\bprobably\b|\bshould (?:make|notice|turn|go|still|start|land|hit|clear|all)\b"
    ),
}
