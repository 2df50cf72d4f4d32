"""Who somebody at the agents' door is, and what they may see: passwords, second factor, sessions, tokens, access."""
