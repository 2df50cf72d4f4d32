"""One folder per room; the real servers that tests speak to are in tests/servers."""
