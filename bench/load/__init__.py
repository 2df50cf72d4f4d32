"""What loads the servers: programs of their own on a core of their own, which tell how much of it they used."""
