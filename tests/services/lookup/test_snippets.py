"""A few words around what was found, with what to mark told apart from the text."""

from dmp.documents.text import DocumentText, TextSection
from dmp.services.lookup.lexicon import shipped
from dmp.services.lookup.query import parse
from dmp.services.lookup.snippets import marked, snippets, word_of
from lookup_builders import asked, corpus, names


def shown(typed: str, *sections: tuple[str, str]) -> list[tuple[str, str]]:
    text = DocumentText(tuple(TextSection(*section) for section in sections))
    found = snippets(text, parse(typed, shipped()).wishes)
    return [(one.title, "".join(f"[{p.text}]" if p.marked else p.text for p in one.pieces)) for one in found]


def test_what_was_found_is_marked_as_it_is_written():
    assert shown("oedeme", ("Conclusion", "Pas d’Œdèmes des membres.")) == [
        ("Conclusion", "Pas d’[Œdèmes] des membres.")
    ]


def test_another_word_for_it_is_marked_too():
    assert shown("sucre", ("", "Glycémie 1,2 g/L")) == [("", "[Glycémie] 1,2 g/L")]
    assert shown("HTA", ("", "Hypertension artérielle")) == [("", "[Hypertension] [artérielle]")]


def test_a_date_is_marked_whole():
    assert shown("mars 2023", ("", "Vu le 12/03/2023.")) == [("", "Vu le [12/03/2023].")]


def test_the_place_that_answers_most_is_chosen():
    text = "fracture " + "rien " * 200 + "une fracture du radius " + "encore " * 200

    (one,) = shown("fracture radius", ("", text))

    assert "[fracture] du [radius]" in one[1]
    assert one[1].startswith("…")
    assert one[1].endswith("…")
    assert len(one[1]) < 350


def test_two_sections_at_most_in_their_order():
    sections = [(f"Partie {number}", "radius") for number in range(5)]

    assert [title for title, _ in shown("radius", *sections)] == ["Partie 0", "Partie 1"]


def test_markup_in_a_document_is_text():
    assert shown("radius", ("", "<script>radius</script>")) == [("", "<script>[radius]</script>")]


def test_nothing_is_shown_where_nothing_is():
    assert shown("radius", ("", "tibia")) == []
    assert shown("", ("", "tibia")) == []


def test_a_title_is_marked():
    pieces = marked("Scanner thoracique", parse("scanner", shipped()).wishes)

    assert [(piece.text, piece.marked) for piece in pieces] == [("Scanner", True), (" thoracique", False)]


def test_a_suggestion_is_written_as_the_document_does():
    assert word_of(DocumentText((TextSection("", "La Glycémie à jeun"),)), "glycem") == "glycémie"
    assert word_of(DocumentText(), "glycem") == ""


def test_each_hit_of_the_corpus_that_was_found_by_its_text_has_a_snippet():
    papers = {paper.uuid.removeprefix("urn:uuid:"): paper for paper in corpus()}
    found = asked("nodule")

    assert names(found)
    assert all(snippets(papers[name].terms.text, found.wishes) for name in names(found))
