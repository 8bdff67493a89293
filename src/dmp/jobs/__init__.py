"""What runs on a clock: jobs taken from the queue one after the other, messages sent to people."""
