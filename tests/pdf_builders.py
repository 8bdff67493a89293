"""PDF files, made by hand: of one page that shows what a test says."""


def a_pdf(content: bytes, *, packed: bool = False) -> bytes:
    """A PDF of one page that shows this."""
    told = b"/Filter/FlateDecode" if packed else b""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), told, content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    )
    body, places = b"%PDF-1.4\n", b"0000000000 65535 f \n"
    for number, one in enumerate(objects, 1):
        places += b"%010d 00000 n \n" % len(body)
        body += b"%d 0 obj%sendobj\n" % (number, one)
    table = b"xref\n0 6\n" + places + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return body + table


def a_page_of(text: str) -> bytes:
    """A PDF whose layer of text says this."""
    return a_pdf(f"BT /F 12 Tf 50 700 Td ({text}) Tj ET".encode("cp1252"))
