"""Turns of phrase that bind without a condition."""

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
        r"\b(?:is|are|be|and) guaranteed\b|, guaranteed,?|\bguaranteed (?:to|by|that)\b|\bwith our guarantee\b"
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
    "is-coming": (
        r"\b(?:is|are) (?:now )?(?:going|coming) (?:back|out|off|straight|down|your way|with the|from our)\b|"
        r"\b(?:is|are) (?:going|coming) to (?:your|you)\b"
    ),
    "no-more": (
        r"^(?:so |and |okay |, )*(?:no|nothing|nobody)(?: one| further| more| \w+){0,2} (?:will|is going to) "
        r"(?:be|get) (?:charged|deducted|billed|sent|taken|added|made|lost|changed|"
        r"reported|removed|cancelled|held)\b"
    ),
}
