"""The portal of who runs the service (`/operator`): its health, its jobs, its alerts; never what a record holds."""
