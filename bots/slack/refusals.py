"""What it means when Slack refuses a call. Pure."""

from slack_sdk.errors import SlackApiError, SlackClientError

from bots.adapter import ChatGone, MessageGone, SendFailed

GONE = {"channel_not_found", "not_in_channel", "is_archived", "user_not_found", "user_disabled", "cannot_dm_bot"}
NOT_THERE = {"message_not_found", "file_not_found", "file_deleted"}
UNSURE = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}  # by its docs: perhaps it was done


def meaning(error: SlackClientError) -> SendFailed | None:
    """None where Slack perhaps did what it was asked."""
    if not isinstance(error, SlackApiError):  # a file did not go up, and without it nothing was shown
        return SendFailed("Slack did not take the picture")
    answer = error.response
    code = str(answer.get("error", "")) if isinstance(answer.data, dict) else ""
    if answer.status_code >= 500 or code in UNSURE:
        return None
    kind = ChatGone if code in GONE else MessageGone if code in NOT_THERE else SendFailed
    return kind(f"Slack refused: {code or f'HTTP {answer.status_code}'}")
