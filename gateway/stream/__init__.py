"""The only writer: one module per verb. Every verb awaits only its transaction and records what it did."""
