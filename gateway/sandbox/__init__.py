"""Trying Parley out with nothing configured: a team, their customers and a history that never happened."""
