"""What a chart gives to keep, as it is read: rows of plain tables are cards on a telephone."""

import pytest
from lxml import html

from dmp.record.facts import Facts
from dmp.wire.cda.narrative import Cell, Place, Table, Text
from hostile_builders import put_facts
from own_pages_builders import Around, put_in
from vaccination_builders import a_dose

HEAD = ((Cell((Text("Vaccin"),), Place.COLUMN), Cell((Text("Date"),), Place.COLUMN)),)
ROW = (Cell((Text("hexa"),)), Cell((Text("10/03/2020"),)))
WIDE = Cell((Text("Vaccin et date"),), Place.COLUMN, columns=2)


def test_each_dose_of_the_history_is_a_card_whose_lines_say_what_they_are(around: Around):
    doses = (a_dose("20200310", "hexa"), a_dose("20210310", "<b>autre</b>"))
    put_facts(around, [(put_in(1), Facts(immunizations=doses))])

    tree = html.fromstring(around.browser().get("/patient/sante/carnet").page)

    (table,) = tree.xpath("//main//table")
    assert "stack" in table.get("class").split()
    assert not tree.xpath("//main//div[@class='table-responsive']")
    lines = table.xpath("./tbody/tr")
    rows = [[(cell.get("data-label"), cell.text_content().strip()) for cell in line] for line in lines]
    assert [row[:2] for row in rows] == [
        [("Vaccin", "hexa"), ("Date", "10/03/2020")],
        [("Vaccin", "<b>autre</b>"), ("Date", "10/03/2021")],
    ]


@pytest.mark.parametrize(
    ("table", "plain"),
    [
        (Table(head=HEAD, body=(ROW, ROW)), True),
        (Table(body=(ROW,)), False),
        (Table(head=(*HEAD, *HEAD), body=(ROW,)), False),
        (Table(head=HEAD, body=(ROW[:1],)), False),
        (Table(head=((WIDE,),), body=(ROW[:1],)), False),
        (Table(head=HEAD, body=((ROW[0], Cell((), rows=2)), ROW)), False),
    ],
)
def test_only_a_table_of_one_cell_under_each_heading_is_shown_as_cards(table: Table, plain: bool):
    assert table.is_plain is plain
