"""The portal of the professional (`/professional`), «Web-DMP»."""
