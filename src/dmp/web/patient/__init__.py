"""The portal of the patient (`/patient`): functional 6, PT-1 to PT-18."""
