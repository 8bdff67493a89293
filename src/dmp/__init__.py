"""France's shared medical record («dossier médical partagé», DMP), free and self-hosted."""
