"""Web push: agents are told by their browsers' push services what happened while no tab of theirs is open."""
