"""The stream: take in, keep, pass on, send out."""
