"""What can be done to a record: one file per act, short, always through the gate."""
