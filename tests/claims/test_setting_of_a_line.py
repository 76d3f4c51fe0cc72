"""What stands around a line changes its force as the rule book says."""

from answerable.claims import Force, ReadingContext, RuleReader, Subject

READER = RuleReader()


def force(text: str, **context: object) -> Force:
    return READER.read(text, ReadingContext(**context)).force  # type: ignore[arg-type]


def test_items_below_a_condition_are_offers() -> None:
    assert force("Close the old line", governing="Once you confirm, I will:") is Force.OFFER


def test_items_below_a_promise_are_promises() -> None:
    assert force("Close the old line", governing="I'll now:") is Force.PROMISE


def test_only_items_that_name_act_object_or_amount_are_completed_below_a_done_lead_in() -> None:
    lead = "I've booked the following:"
    assert force("Double room, two nights, $310", governing=lead) is Force.COMPLETED
    assert force("Departure: late evening", governing=lead) is Force.INFORMATIONAL


def test_items_below_a_request_for_data_say_nothing() -> None:
    assert force("The name on the policy", governing="To go on, I need:") is Force.NONE


def test_a_condition_in_the_sentence_before_makes_an_offer() -> None:
    line = "We'll move your visit to Tuesday."
    assert force(line) is Force.PROMISE
    assert force(line, before=("Could you send us your patient number?",)) is Force.OFFER


def test_the_customers_yes_turns_a_restated_act_into_a_promise() -> None:
    line = "The refund will be sent to your card."
    before = ("To confirm, you'd like to cancel the hotel.",)
    assert force(line, before=before) is Force.OFFER
    assert force(line, before=before, customer="Yes, please do.") is Force.PROMISE


def test_an_act_under_way_is_completed_once_its_call_has_succeeded() -> None:
    line = "I'm cancelling your subscription now."
    assert force(line) is Force.PROMISE
    assert force(line, calls=("find_customer", "cancel_subscription")) is Force.COMPLETED
    assert force(line, calls=("get_subscription",)) is Force.PROMISE
    assert force(line, calls=("send_certificate",)) is Force.PROMISE


def test_after_a_bare_yes_the_customer_s_earlier_words_tell_what_the_talk_is_about() -> None:
    said = ("my tablet came cracked, I want my money back", "it is under my sister's name")
    for text in ("All set!", "Would you like me to go ahead with that?"):
        told = READER.read(text, ReadingContext(customer="yes please", earlier=said))
        assert told.subject is Subject.REFUND
        assert READER.read(text, ReadingContext(customer="yes please")).subject is not Subject.REFUND
    nearer = READER.read("All set!", ReadingContext(customer="yes, cancel it", earlier=said))
    assert nearer.subject is Subject.CANCELLATION


def test_a_line_that_says_nothing_has_no_subject() -> None:
    assert READER.read("Thanks for waiting!", ReadingContext()).subject is Subject.NONE
