"""The agents' door: the browser inbox's socket, commands and REST."""
