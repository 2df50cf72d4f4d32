"""The house at work, for every test here."""

from tests.e2e.office import demo, office, open_demo, open_office

__all__ = ["demo", "office", "open_demo", "open_office"]
