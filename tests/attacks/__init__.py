"""Attacks, tried: each file is one kind of them. docs/security.md says which threat each stands for."""
