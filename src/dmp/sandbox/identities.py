"""The fictional people of the sandbox, as the two identity providers tell of them (functional 1.5)."""

import hashlib
from collections.abc import Iterable
from typing import Any

from dmp.record.patient import IdentityTraits, PatientId, Sex
from dmp.sandbox.identity_provider import Somebody
from dmp.sandbox.people import Person

ABROAD = "99"
FRANCE = "99100"


def professional(person: Person, *others: Person) -> Somebody:
    """A professional; `others` are what he is elsewhere: same id, other structure or know-how."""
    given, family = person.given, person.family
    exercises = [_exercise(each) for each in (person, *others)]
    roles = dict.fromkeys(f"{each.profession}^1.2.250.1.213.1.1.5.5" for each in (person, *others))
    claims = {
        "sub": f"f:{_pseudonym('psc', person.national_id)}:{person.national_id}",
        "SubjectNameID": person.national_id,
        "preferred_username": person.national_id,
        "given_name": given,
        "family_name": family,
        "SubjectRole": list(roles),
        "SubjectOrganization": person.structure_name,
        "SubjectOrganizationID": person.structure,
        "Secteur_Activite": f"{person.sector}^1.2.250.1.71.4.2.4",
        "Mode_Acces_Raison": "",
        "Acces_Regulation_Medicale": "FAUX",
        "PSI_Locale": "1.2.250.1.213.1.3.1.1",
        "otherIds": [{"identifiant": person.national_id, "origine": "RPPS", "qualite": 1}],
        "SubjectRefPro": {"codeCivilite": "M", "exercices": exercises},
    }
    return Somebody(person.name, f"{given} {family}, {person.title}", claims, hint=person.national_id)


def citizen(key: str, patient: PatientId, traits: IdentityTraits) -> Somebody:
    """Anybody, with his pivot identity."""
    abroad = traits.birth_place.startswith(ABROAD)
    claims = {
        "sub": _pseudonym("franceconnect", f"{patient.root} {patient.number}") + "v1",
        "given_name": traits.birth_first_names,
        "family_name": traits.birth_name,
        "birthdate": traits.birth_date,
        "gender": "female" if traits.sex is Sex.FEMALE else "male",
        "birthplace": "" if abroad else traits.birth_place,
        "birthcountry": traits.birth_place if abroad else FRANCE,
    }
    return Somebody(key, f"{traits.birth_first_name} {traits.birth_name}", claims)


def professionals(people: Iterable[Person]) -> tuple[Somebody, ...]:
    """Everybody who has a profession and a card."""
    return tuple(professional(one) for one in people if one.profession.isdigit())


def _exercise(person: Person) -> dict[str, Any]:
    pharmacist = person.profession == "21"
    activity = {
        "codeModeExercice": "L" if person.structure.startswith("4") else "S",
        "codeSecteurDactivite": person.sector,
        "codeSectionPharmacien": person.know_how if pharmacist else "",
        "numeroSiretSite": "",
        "numeroSirenSite": "",
        "numeroFinessSite": person.structure[1:] if person.structure.startswith("1") else "",
        "numeroFinessetablissementJuridique": "",
        "identifiantTechniqueDeLaStructure": f"R{_pseudonym('structure', person.structure)[:14]}",
        "raisonSocialeSite": person.structure_name,
        "ancienIdentifiantDeLaStructure": person.structure if person.structure.startswith("4") else None,
    }
    return {
        "codeProfession": person.profession,
        "codeCategorieProfessionnelle": "C",
        "codeCiviliteDexercice": "",
        "nomDexercice": person.family,
        "prenomDexercice": person.given,
        "codeTypeSavoirFaire": "" if pharmacist or not person.know_how else "S",
        "codeSavoirFaire": "" if pharmacist else person.know_how,
        "activities": [activity],
    }


def _pseudonym(salt: str, number: str) -> str:
    """An id that tells nothing of the number to who does not know it already."""
    return hashlib.sha256(f"sandbox {salt} {number}".encode()).hexdigest()
