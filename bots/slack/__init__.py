"""Slack, over its socket mode, which needs no public address."""

from bots.slack.adapter import SlackAdapter

__all__ = ["SlackAdapter"]
