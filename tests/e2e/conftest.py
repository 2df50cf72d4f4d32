"""The house at work, for every test here."""

from tests.e2e.office import office, open_office

__all__ = ["office", "open_office"]
