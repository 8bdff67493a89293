"""The pages for people («portail»): rendered here, without script, one act at most for each."""
