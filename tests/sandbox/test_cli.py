import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import etree

from dmp import __version__, cli
from dmp.client import CallRefused
from dmp.record.patient import PatientId
from dmp.sandbox.folder import SandboxOptions, alone_in
from dmp.sandbox.port import check_port, free_port
from dmp.sandbox.serve import running
from dmp.sandbox.trouble import Trouble
from sandboxes import Sandbox, sandboxes

HOUSE = Path(__file__).parents[2]
INS = "279035121518989"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
DS = "http://www.w3.org/2000/09/xmldsig#"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str


@pytest.fixture
def dmp(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Type a command as a person would."""
    for name in [name for name in os.environ if name.startswith("DMP_")]:
        monkeypatch.delenv(name)

    def typed(*arguments: str | Path) -> Said:
        monkeypatch.setattr(sys, "argv", ["dmp", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        sys.stdout.flush()
        said = capfd.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    return typed


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandboxes(tmp_path_factory.mktemp("cli")) as start:
        yield start()


def one_line(said: Said) -> str:
    """The only line of an error."""
    assert said.out == ""
    assert said.err.count("\n") == 1, said.err
    assert said.err.startswith("dmp: ")
    return said.err.strip()


# -- help


def test_the_help_lists_the_commands(dmp: Callable[..., Said]):
    said = dmp("--help")
    assert said.status == 0
    for command in ("demo", "sandbox", "open", "vihf", "sign-lot", "serve", "migrate", "keys", "directory", "record"):
        assert f" {command} " in said.out


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("sandbox", "--tolerant"),
        ("sandbox", "--database"),
        ("open", "--traits"),
        ("vihf", "--know-how"),
        ("vihf", "--mode"),
        ("sign-lot", "--document"),
        ("demo", "--check"),
        ("verify-traces", "--export"),
    ],
)
def test_each_command_tells_its_options(dmp: Callable[..., Said], command: str, option: str):
    said = dmp(command, "--help")
    assert said.status == 0
    assert option in said.out


def test_the_release_is_told(dmp: Callable[..., Said]):
    assert dmp("--version") == Said(0, f"{__version__}\n", "")


# -- what is typed wrong


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nonsense",), "No such command 'nonsense'; see dmp --help"),
        (("open", "--dir", "x"), "Missing argument 'INS'; see dmp open --help"),
        (("open", INS), "Missing option '--dir'; see dmp open --help"),
        (("sandbox", "--dir", "x", "--bogus"), "No such option: --bogus; see dmp sandbox --help"),
        (("sandbox", "--dir", "x", "--profile", "xx"), "Invalid value for '--profile'"),
        (("sandbox", "--dir", "x", "--port", "99999"), "Invalid value for '--port'"),
        (("sandbox", "--dir", "x", "--regime", "OPT"), "Invalid value for '--regime'"),
        (("open", "--dir", "x", INS, "--traits", "absent.json"), "Invalid value for '--traits'"),
        (("sign-lot", "--dir", "x", "absent.xml"), "'absent.xml' does not exist"),
        (("directory", "absent.json"), "'absent.json' does not exist"),
    ],
)
def test_a_wrong_use_is_one_line_that_names_the_option(dmp: Callable[..., Said], arguments: tuple[str], told: str):
    said = dmp(*arguments)
    assert said.status == 2
    assert told in one_line(said)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("open", INS), "--dir: {folder} holds no sandbox: start one with ./dev sandbox --dir {folder}"),
        (("vihf",), "--dir: no sandbox serves from {folder}: start it with ./dev sandbox --dir {folder}"),
        (("verify-traces",), "--dir: {folder} holds no sandbox"),
        (("record", "test", INS), "--dir: {folder} holds no sandbox"),
        (("sandbox", "--database", "mysql://somewhere"), "--database: not postgresql, sqlite:///FILE or postgresql://"),
    ],
)
def test_a_folder_without_sandbox_says_how_to_start_one(
    dmp: Callable[..., Said], tmp_path: Path, arguments: tuple[str], told: str
):
    said = dmp(*arguments, "--dir", tmp_path)
    assert said.status == 1
    assert told.format(folder=tmp_path) in one_line(said)


def test_an_operator_without_settings_is_told_which_and_about_the_sandbox(dmp: Callable[..., Said]):
    line = one_line(dmp("verify-traces"))
    assert "DMP_DATABASE_URL" in line
    assert line.endswith("or name a sandbox with --dir")
    assert "DMP_DATABASE_URL" in one_line(dmp("serve"))


def test_a_json_file_that_is_broken_is_named_with_the_place(dmp: Callable[..., Said], tmp_path: Path):
    broken = tmp_path / "traits.json"
    broken.write_text('{"birth_name":\n ,}')
    line = one_line(dmp("open", "--dir", tmp_path, INS, "--traits", broken))
    assert f"{broken} is not JSON: line 2, column 2" in line


def test_a_directory_of_another_form_says_the_form(dmp: Callable[..., Said], tmp_path: Path):
    listed = tmp_path / "directory.json"
    listed.write_text(json.dumps({"structures": [{"finess": "990000001"}]}))
    line = one_line(dmp("directory", listed))
    assert "structures: id, name, perhaps active, parent, sector" in line


# -- the port and the folder


def test_a_port_that_is_taken_is_told_with_another_one(dmp: Callable[..., Said], tmp_path: Path):
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        said = dmp("sandbox", "--dir", tmp_path, "--port", str(port))
        assert said.status == 1
        assert f"--port: port {port} is taken: choose another one, such as " in one_line(said)
        with pytest.raises(Trouble, match=f"port {port} is taken"):
            check_port(port)
    check_port(port)


def test_a_folder_serves_one_sandbox_at_a_time(dmp: Callable[..., Said], tmp_path: Path):
    with alone_in(tmp_path):
        said = dmp("sandbox", "--dir", tmp_path, "--port", str(free_port()))
    assert f"--dir: a sandbox already serves from {tmp_path}" in one_line(said)


def test_a_folder_that_cannot_be_made_is_told(dmp: Callable[..., Said], tmp_path: Path):
    (tmp_path / "file").write_text("")
    said = dmp("sandbox", "--dir", tmp_path / "file" / "below", "--port", str(free_port()))
    assert "cannot be used" in one_line(said)


def test_the_contract_is_there_only_while_the_service_answers(tmp_path: Path):
    contract = tmp_path / "sandbox.json"
    contract.write_text("left by a service that was killed")
    with running(tmp_path, SandboxOptions(free_port())) as base_url:
        assert json.loads(contract.read_text())["base_url"] == base_url
    assert not contract.exists()


# -- a sandbox that serves


def test_a_record_is_opened_once_and_said_to_be_open_afterwards(dmp: Callable[..., Said], served: Sandbox):
    assert dmp("open", "--dir", served.folder, INS) == Said(0, "dmp: the record is open\n", "")
    assert dmp("open", "--dir", served.folder, INS) == Said(0, "dmp: the record was already open\n", "")
    cx = f"{INS}^^^&1.2.250.1.213.1.4.10&ISO^NH"
    assert dmp("open", "--dir", served.folder, cx) == Said(0, "dmp: the record was already open\n", "")
    assert dmp("record", "test", INS, "--dir", served.folder) == Said(0, "dmp: ACTIF\n", "")


@pytest.mark.parametrize(
    ("ins", "told"),
    [
        ("279035121518988", "dmp: INS: wrong key (invalid-identity)"),
        ("27903", "dmp: INS: an INS has 15 characters (invalid-identity)"),
        (f"{INS}^^^&1.2.250.1.213.1.4.8&ISO^NH", "dmp: INS: root of the other family (invalid-identity)"),
        (f"{INS}^^", "dmp: INS: not a CX"),
    ],
)
def test_a_wrong_ins_is_one_line_that_does_not_repeat_it(
    dmp: Callable[..., Said], served: Sandbox, ins: str, told: str
):
    line = one_line(dmp("open", "--dir", served.folder, ins))
    assert line.startswith(told)
    assert ins not in line


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--holder", "nobody"), "--holder: the holders are doctor, "),
        (("--auth", "card"), "--auth: one of direct, indirect, air"),
        (("--mode", "urgent"), "--mode: one of normal, bris_de_glace, centre_15"),
        (("--holder", "hospital", "--auth", "direct"), "--auth: a structure has no card"),
    ],
)
def test_an_option_that_names_nothing_is_told(
    dmp: Callable[..., Said], served: Sandbox, options: tuple[str], told: str
):
    assert told in one_line(dmp("vihf", "--dir", served.folder, *options))


def attributes(header: str) -> dict[str, list[str]]:
    """The attributes of the assertion of a header: texts, or the codes of coded values."""
    security = etree.fromstring(header.encode())
    assert security.tag == f"{{{WSSE}}}Security"
    found = {}
    for attribute in security.iter(f"{{{SAML}}}Attribute"):
        values = attribute.findall(f"{{{SAML}}}AttributeValue")
        found[attribute.get("Name")] = [v[0].get("code") if len(v) else v.text for v in values]
    return found


ROLE = "urn:oasis:names:tc:xacml:2.0:subject:role"
PURPOSE = "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), {"Authentification_Mode": ["DIRECTE"], ROLE: ["10", "SM26"], PURPOSE: ["normal"]}),
        (("--profession", "60"), {"Authentification_Mode": ["DIRECTE"], ROLE: ["60"]}),
        (("--know-how", "SM04"), {ROLE: ["10", "SM04"]}),
        (("--auth", "indirect"), {"Authentification_Mode": ["INDIRECTE"]}),
        (("--auth", "air"), {"Authentification_Mode": ["INDIRECTE_RENFORCEE"]}),
        (("--mode", "bris_de_glace"), {PURPOSE: ["bris_de_glace"], "Mode_Acces_Raison": ["Urgence vitale (essai)"]}),
        (("--mode", "bris_de_glace", "--reason", "Coma"), {"Mode_Acces_Raison": ["Coma"]}),
        (("--holder", "hospital"), {"Authentification_Mode": ["INDIRECTE"], ROLE: ["AUTOMATE"]}),
    ],
)
def test_a_header_says_what_the_options_asked(
    dmp: Callable[..., Said], served: Sandbox, options: tuple[str], expected: dict[str, list[str]]
):
    said = dmp("vihf", "--dir", served.folder, "--patient", INS, *options)
    assert (said.status, said.err) == (0, "")
    found = attributes(said.out)
    assert {name: found[name] for name in expected} == expected


def test_a_header_for_a_wrong_patient_is_printed_with_a_warning(dmp: Callable[..., Said], served: Sandbox):
    said = dmp("vihf", "--dir", served.folder, "--patient", "279035121518988")
    assert said.status == 0
    assert said.err == "dmp: warning: --patient: INS: wrong key: the service will refuse it\n"
    assert attributes(said.out)


def test_a_lot_needs_one_file_for_each_entry(dmp: Callable[..., Said], served: Sandbox, tmp_path: Path):
    request = tmp_path / "lot.xml"
    request.write_text('<SubmitObjectsRequest xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"/>')
    line = one_line(dmp("sign-lot", "--dir", served.folder, request, "--document", request))
    assert line == "dmp: --document: 0 entries and 1 files: one --document for each entry, in their order"
    assert "--holder: the holders are" in one_line(
        dmp("sign-lot", "--dir", served.folder, request, "--holder", "nobody")
    )


def test_the_signature_of_a_lot_bears_the_uniqueid_that_the_lot_gives_it(dmp: Callable[..., Said], served: Sandbox):
    examples = HOUSE / "docs/guide/examples"
    letter = examples / "letter.xml"
    said = dmp("sign-lot", "--dir", served.folder, examples / "lot.xml", "--document", letter)
    assert said.status == 0, said.err
    signature = etree.fromstring(said.out.encode())
    assert signature.tag == f"{{{DS}}}Signature"
    assert signature.get("Id") == "2.25.20260112093000004"
    manifest = signature.find(f".//{{{DS}}}Manifest")
    assert [reference.get("URI") for reference in manifest] == [
        "urn:oid:2.25.20260112093000002",
        "urn:oid:2.25.20260112093000001",
    ]


def test_a_request_without_its_documents_asks_for_them(dmp: Callable[..., Said], served: Sandbox):
    line = one_line(dmp("sign-lot", "--dir", served.folder, HOUSE / "docs/guide/examples/lot.xml"))
    assert line.startswith("dmp: --document: the request does not hold Document01: give one --document")


def test_a_sandbox_tells_why_a_call_was_refused(dmp: Callable[..., Said], served: Sandbox):
    with pytest.raises(CallRefused):
        served.client("insurer").test_record(PatientId(INS, "1.2.250.1.213.1.4.10"))
    said = dmp("why", "--dir", served.folder, "--last", "1")
    assert said.out.endswith("  TD0.2  1990000069 (INDIRECTE)  refused: sector-shut-out\n")
    assert said.out.count("\n") == 1


def test_the_traces_of_a_sandbox_are_verified_and_exported(dmp: Callable[..., Said], served: Sandbox, tmp_path: Path):
    dmp("open", "--dir", served.folder, INS)
    export = tmp_path / "traces.jsonl"
    said = dmp("verify-traces", "--dir", served.folder, "--export", export)
    assert said.status == 0
    assert " traces sound, " in said.out
    assert json.loads(export.read_text().splitlines()[0])


# -- ./dev


def dev(*arguments: str, where: Path = HOUSE, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ./dev with nothing of our own environment."""
    clean = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent", **environment}
    command = ["bash", str(where / "dev"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=clean, cwd="/", check=False)


def test_dev_tells_its_commands_without_setting_anything_up():
    said = dev("help")
    assert said.returncode == 0
    for command in ("./dev demo", "./dev test", "./dev sandbox", "./dev vihf", "./dev sign-lot", "./dev check"):
        assert command in said.stdout
    assert dev().stdout == said.stdout


@pytest.fixture
def a_checkout(tmp_path: Path) -> Path:
    """What ./dev needs of a checkout, in a folder whose name has spaces, without environment."""
    place = tmp_path / "a folder with spaces"
    (place / "requirements").mkdir(parents=True)
    (place / "dev").write_text((HOUSE / "dev").read_text())
    for name in ("dev.txt", "uv.txt"):
        (place / "requirements" / name).write_text((HOUSE / "requirements" / name).read_text())
    return place


def a_python(folder: Path, name: str, script: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ('case "$*" in *ensurepip*) exit 1;; *version_info*) exit 0;; esac; exit 1', "lacks the venv module"),
        ('case "$*" in *ensurepip* | *version_info*) exit 0;; esac; echo broken; exit 1', "-m venv' fails"),
    ],
)
def test_dev_says_in_one_line_what_to_install(a_checkout: Path, tmp_path: Path, script: str, told: str):
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    for version in ("3", "3.11", "3.12", "3.13", "3.14"):
        a_python(stubs, f"python{version}", script)
    said = dev("demo", where=a_checkout, PATH=f"{stubs}:/usr/bin:/bin")
    last = said.stderr.strip().splitlines()[-1]
    assert said.returncode == 1
    assert told in last
    assert "apt-get install python3-venv" in last
    assert "Traceback" not in said.stderr


def test_dev_without_python_says_so(a_checkout: Path, tmp_path: Path):
    stubs = tmp_path / "old"
    stubs.mkdir()
    for version in ("3", "3.11", "3.12", "3.13", "3.14"):
        a_python(stubs, f"python{version}", "exit 1")
    said = dev("demo", where=a_checkout, PATH=f"{stubs}:/usr/bin:/bin")
    assert said.returncode == 1
    assert (
        said.stderr == "dmp: Python 3.11 or newer is needed: install it, or name it with DMP_PYTHON=/path/to/python3\n"
    )
