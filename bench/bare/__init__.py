"""The bare programs: each the least that could do a row's work, as fast as we can write it. Run beside Parley."""
