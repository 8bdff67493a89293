from copy import deepcopy
from threading import Thread

import pytest
from cda_data import SCHEMAS, document, example, name, paths
from cda_mutations import every

from dmp.wire.cda.schemas import Schemas, UnusableSchemas

MINIMAL = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{}</xs:schema>'
needs_schemas = pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the CDA schemas are not here")


@pytest.fixture(scope="module")
def schemas():
    return Schemas.load(SCHEMAS)


@needs_schemas
@pytest.mark.parametrize("path", paths(), ids=name)
def test_a_published_document_is_valid_under_one_release(schemas, path):
    assert schemas.check(document(path)) == []


@needs_schemas
def test_the_former_release_is_what_takes_the_prescriptions_of_2022():
    prescription = document(example("eP-MED-DM_PosoStruct_2022.01"))

    assert Schemas.load(SCHEMAS / "xsd").check(prescription) != []
    assert Schemas.load(SCHEMAS / "xsd-2-41").check(prescription) == []


@needs_schemas
def test_what_breaks_the_schema_is_told_without_its_value(schemas):
    broken = deepcopy(document(example("VSM_1.4_2022.01")))
    (gender,) = every(broken, "recordTarget/patientRole/patient/administrativeGenderCode")
    gender.set("secret", "SECRET")

    problems = schemas.check(broken)

    assert problems
    assert not any("SECRET" in problem.context for problem in problems)


@needs_schemas
def test_documents_checked_at_the_same_time_do_not_mix_their_errors(schemas):
    good, bad = document(example("VSM_1.4_2022.01")), deepcopy(document(example("VSM_1.4_2022.01")))
    bad.append(deepcopy(every(bad, "realmCode")[0]))
    wrong = []

    def check(root, valid):
        wrong.extend(1 for _ in range(20) if (schemas.check(root) == []) is not valid)

    threads = [Thread(target=check, args=case) for case in [(good, True), (bad, False)] * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


@pytest.mark.parametrize(
    "inside",
    [
        '<xs:include schemaLocation="http://example.org/a.xsd"/>',
        '<xs:include schemaLocation="../outside.xsd"/>',
        '<xs:include schemaLocation="absent.xsd"/>',
        "<xs:nothing/>",
    ],
)
def test_schemas_that_lead_out_of_their_folder_are_refused(tmp_path, inside):
    (tmp_path / "outside.xsd").write_text(MINIMAL.format(""))
    folder = tmp_path / "schemas"
    folder.mkdir()
    (folder / "CDA_extended.xsd").write_text(MINIMAL.format(inside))

    with pytest.raises(UnusableSchemas):
        Schemas.load(folder)


def test_a_folder_without_schemas_is_refused(tmp_path):
    with pytest.raises(UnusableSchemas):
        Schemas.load(tmp_path)
