"""Which acts a bundle could ever let happen: what a workload need not even be told of."""

from answerable.decisions.actions import Action
from answerable.decisions.bundle import Bundle
from answerable.decisions.decision import ActOutcome, Policy


def possible_acts(bundle: Bundle) -> frozenset[str]:
    """The acts, by their tools' names, that some policy may permit and none refuses whatever the facts are.

    Judged by the policies' scopes alone: an act that is in here may still be refused every time.
    """
    return frozenset(tool for tool, action in bundle.actions.items() if _possible(bundle, action))


def _possible(bundle: Bundle, action: Action) -> bool:
    about = [one for one in bundle.policies.values() if not one.acts or action.tool in one.acts]
    return any(one.permits for one in about) and not any(_always_refuses(one, action) for one in about)


def _always_refuses(policy: Policy, action: Action) -> bool:
    if policy.permits or not policy.always:
        return False
    nobody = not (policy.route or action.route) and not action.reversible
    return policy.on_act is ActOutcome.REFUSE or nobody
