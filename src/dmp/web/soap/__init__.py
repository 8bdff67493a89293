"""The SOAP services: repository, registry, patients, habilitations."""
