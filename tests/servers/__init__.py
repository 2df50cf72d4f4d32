"""The real parts: PostgreSQL, Valkey, an S3 store and Chromium, each from a given address, a wheel or the system.

Where none of them can be had the test fails and says why; it never skips.
"""
