"""Whatever a document says and whatever is typed: nothing breaks, and what is shown is what the document says."""

from unicodedata import normalize

from hypothesis import given, settings
from hypothesis import strategies as st

from dmp.documents.text import DocumentText, TextSection
from dmp.services.lookup.find import find
from dmp.services.lookup.folding import flat
from dmp.services.lookup.lexicon import shipped
from dmp.services.lookup.query import parse
from dmp.services.lookup.snippets import marked, snippets
from dmp.services.lookup.terms import terms_of, unpack
from dmp.services.lookup.words import tokens
from lookup_builders import TODAY, a_paper

# No lone surrogate: no octets give one.
anything = st.text(st.characters(codec="utf-8"), max_size=300)
FRENCH = "l’ œdème post-opératoire du 12/03/2023 75mg d'HbA1c 7,4% mars 2023 -- ' « » 1er avril"
french = st.lists(st.sampled_from(sorted(set(FRENCH.split(" "))))).map(" ".join)
text = anything | french


@given(text)
def test_words_stand_where_they_are_said_to(said):
    ends = [(token.start, token.end) for token in tokens(said)]

    assert len(flat(said)) == len(said)
    assert all(0 <= start < end <= len(said) for start, end in ends)
    assert ends == sorted(ends)
    assert [token.place for token in tokens(said)] == list(range(len(ends)))


@given(st.lists(st.tuples(text, text), max_size=4))
def test_what_is_kept_comes_back(sections):
    terms = terms_of(DocumentText(tuple(TextSection(*section) for section in sections)))

    assert unpack(terms.packed) == terms or terms.packed == b""


@settings(max_examples=200, deadline=None)
@given(text, text)
def test_every_query_is_answered(typed, said):
    paper = a_paper("a", said, title=said[:50] or "Document")
    found = find(parse(typed, shipped()), [paper], TODAY)

    kept = paper.terms.text.plain
    for snippet in snippets(paper.terms.text, found.wishes):
        assert any(piece.marked for piece in snippet.pieces)
        assert snippet.plain.removeprefix("…").removesuffix("…") in kept
    assert "".join(piece.text for piece in marked(said, found.wishes)).split() == normalize("NFC", said).split()


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="abcdeéèœ'’-", min_size=1, max_size=12))
def test_a_word_finds_the_document_that_is_made_of_it(word):
    wishes = parse(word, shipped()).wishes
    found = find(parse(word, shipped()), [a_paper("a", f"avant {word} après")], TODAY)

    assert not wishes or len(found.hits) == 1
