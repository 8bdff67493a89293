"""Envelopes and multipart bodies, valid unless told otherwise."""

from dmp.wire.soap import Action

ENV = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://www.w3.org/2005/08/addressing"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
XDSB = "urn:ihe:iti:xds-b:2007"
XOP = "http://www.w3.org/2004/08/xop/include"
ACTION = f"<wsa:Action>{Action.STORED_QUERY}</wsa:Action>"
MESSAGE_ID = "<wsa:MessageID>urn:uuid:11111111-1111-4111-8111-111111111111</wsa:MessageID>"
SECURITY = f"<wsse:Security xmlns:wsse='{WSSE}'/>"


def an_envelope(
    headers: str = ACTION + MESSAGE_ID + SECURITY, body: str = "<q xmlns='urn:q'/>", env: str = ENV, rest: str = ""
) -> bytes:
    """A SOAP message with these headers and this body."""
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><s:Envelope xmlns:s='{env}' xmlns:wsa='{WSA}' xmlns:xdsb='{XDSB}'"
        f" xmlns:xop='{XOP}'><s:Header>{headers}</s:Header><s:Body>{body}</s:Body>{rest}</s:Envelope>"
    ).encode()


def a_document(inside: str, name: str = "Document01") -> str:
    """An xdsb:Document."""
    return f"<xdsb:Document id='{name}'>{inside}</xdsb:Document>"


def an_include(href: str) -> str:
    """An xop:Include."""
    return f"<xop:Include href='{href}'/>"


def a_submission(*documents: str) -> bytes:
    """An envelope whose body holds these documents."""
    inside = (
        f"<xdsb:ProvideAndRegisterDocumentSetRequest>{''.join(documents)}</xdsb:ProvideAndRegisterDocumentSetRequest>"
    )
    action = f"<wsa:Action>{Action.PROVIDE_AND_REGISTER}</wsa:Action>"
    return an_envelope(action + MESSAGE_ID + SECURITY, inside)


def a_part(
    octets: bytes, content_id: str = "", encoding: str = "binary", kind: str = "text/xml", end: str = "\r\n"
) -> bytes:
    """One part with its headers, without delimiter."""
    lines = [f"Content-Type: {kind}", f"Content-Transfer-Encoding: {encoding}"]
    if content_id:
        lines.append(f"Content-ID: {content_id}")
    return "".join(line + end for line in [*lines, ""]).encode() + octets


def a_root(octets: bytes, content_id: str = "<root@test>", **options: str) -> bytes:
    """The part of the envelope."""
    return a_part(octets, content_id, kind='application/xop+xml; charset=UTF-8; type="application/soap+xml"', **options)


def a_body(*parts: bytes, boundary: str = "b1", preamble: bytes = b"", end: bytes = b"--\r\n") -> bytes:
    """A multipart body."""
    delimiter = f"--{boundary}".encode()
    return preamble + b"".join(delimiter + b"\r\n" + part + b"\r\n" for part in parts) + delimiter + end


def a_content_type(boundary: str = '"b1"', **parameters: str) -> str:
    """The media type of an MTOM message."""
    given = {
        "type": '"application/xop+xml"',
        "start-info": '"application/soap+xml"',
        "boundary": boundary,
        **parameters,
    }
    return "; ".join(["multipart/related", *(f"{name}={value}" for name, value in given.items() if value)])
