"""Names of measures by their LOINC code, in the order in which they are read («constantes», JDV of CI-SIS)."""

from dmp.services.panel import Words

NAMES: dict[str, Words] = {
    "8480-6": ("Pression artérielle, haute", "Blood pressure, systolic"),
    "8462-4": ("Pression artérielle, basse", "Blood pressure, diastolic"),
    "8867-4": ("Pouls", "Pulse"),
    "29463-7": ("Poids", "Weight"),
    "3141-9": ("Poids mesuré", "Weight, measured"),
    "8302-2": ("Taille", "Height"),
    "8306-3": ("Longueur, couché", "Length, lying"),
    "39156-5": ("Indice de masse corporelle", "Body mass index"),
    "8287-5": ("Périmètre crânien", "Head circumference"),
    "8310-5": ("Température", "Temperature"),
    "9279-1": ("Fréquence respiratoire", "Respiratory rate"),
    "2710-2": ("Saturation en oxygène", "Oxygen saturation"),
    "59408-5": ("Saturation en oxygène", "Oxygen saturation"),
}
