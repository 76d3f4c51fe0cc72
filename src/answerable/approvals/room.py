"""How much may wait for people at once: whoever asks for too much does not hide what others ask for."""

from dataclasses import dataclass

from answerable.approvals.request import ApprovalRequest


@dataclass(frozen=True, slots=True)
class Room:
    """The most that waits of one workload, and of one conversation with it."""

    of_workload: int = 200
    of_conversation: int = 20


UNBOUNDED = Room(2**62, 2**62)


def no_room(room: Room, request: ApprovalRequest, of_workload: int, of_conversation: int) -> str:
    """Why one more can't wait beside so many, for whoever owns the workload; empty where it can."""
    if of_workload >= room.of_workload:
        return (
            f"{of_workload} things that '{request.workload}' asked for wait for people already, and no more may: "
            "answer or withdraw some, or look at why it asks for so many"
        )
    if request.conversation is not None and of_conversation >= room.of_conversation:
        return f"{of_conversation} things of this conversation wait for people already, and no more may"
    return ""
