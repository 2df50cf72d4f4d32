"""One object per screen, in the words of those who use it; what a screen is found by stands here and nowhere else."""
