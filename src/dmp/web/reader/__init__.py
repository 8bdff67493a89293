"""The document reader: every document as a page that runs nothing, the same one in every portal.

For a portal::

    reader_routes(prefix, needs, back) -> tuple[PageRoute, ...]     (web/reader/pages.py)

gives the pages `{prefix}/{id}`, `{prefix}/{id}/contenu`, `{prefix}/{id}/fichier/{n}`, `{prefix}/{id}/image/{n}` and
`{prefix}/{id}/original`, where `id` is the bare uuid of an entry. Documents follow one another in the order of the
list (`web/shelf`), which has the pages of what may be done to one.

For another page that shows a document beside something else::

    read_view(read: ReadDocument, language: Language, prefix: str) -> ReaderView    (web/reader/view.py)

    {% from "reader/document.html" import document %}
    {{ document(view, t) }}

where `read` is what `visit.perform(ReadEntry(visit.patient, f"urn:uuid:{id}"))` gave (None: answer 404), and `prefix`
is that of the routes above. `document` writes the content alone; `card(view, t)`, of the same file, its header. Such a
page is a `Page(..., frames=view.frames)`.
"""
