"""Slack as a second surface for agents: threads follow the log, and what is done there are the inbox's own commands."""

PLACE = "slack"
"""What the place is called in the pulls."""
