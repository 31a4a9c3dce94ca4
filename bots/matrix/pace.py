"""Times."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Times in seconds. ``recent_s`` is how old a message may be when we hear it: after a month nobody waits."""

    poll_s: float = 30.0
    request_s: float = 60.0
    call_s: float = 180.0  # also an upload over a slow line, or the first look at hundreds of rooms
    first_retry_s: float = 0.5
    last_retry_s: float = 30.0
    uncertain_tries: int = 7  # about a minute in which a server that has restarted answers again
    record_tries: int = 12  # about five minutes; then one message that cannot be recorded stops holding up the rest
    recent_s: float = 24 * 3600.0
