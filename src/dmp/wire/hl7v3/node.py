"""An HL7 V3 element read together with the path that leads to it, so that a refusal names what is at fault."""

from dataclasses import dataclass

from lxml import etree

from dmp.record.errors import IncompleteRequest
from dmp.wire.hl7v3.names import V3, XSI
from dmp.wire.xml import Element, text


@dataclass(frozen=True)
class Node:
    """An element and its path from the root of the message, e.g. `PRPA_IN201307UV02/controlActProcess`."""

    element: Element
    path: str

    @staticmethod
    def root(element: Element) -> "Node":
        """Start at the root of a message."""
        return Node(element, etree.QName(element).localname)

    def all(self, name: str) -> tuple["Node", ...]:
        """The children of that name, `*` for any, in order; `xsi:nil` ones are placeholders and do not count."""
        return tuple(
            Node(child, f"{self.path}/{etree.QName(child).localname}")
            for child in self.element.iterchildren(f"{{{V3}}}{name}")
            if child.get(f"{{{XSI}}}nil") not in ("true", "1")
        )

    @property
    def name(self) -> str:
        """The local name."""
        return etree.QName(self.element).localname

    def find(self, *names: str) -> "Node | None":
        """The first element down a path, None where the path breaks off."""
        found: Node | None = self
        for name in names:
            found = next(iter(found.all(name)), None) if found else None
        return found

    def maybe(self, name: str) -> "Node | None":
        """The only child of that name, None when there is none.

        Raises:
            IncompleteRequest: there more than once.
        """
        return self.need(name) if self.all(name) else None

    def need(self, *names: str) -> "Node":
        """The only element down a path.

        Raises:
            IncompleteRequest: a step of the path is absent, or there more than once.
        """
        found = self
        for name in names:
            children = found.all(name)
            if len(children) != 1:
                problem = "more than one element" if children else "element missing"
                raise IncompleteRequest(problem, element=f"{found.path}/{name}")
            found = children[0]
        return found

    def get(self, attribute: str) -> str:
        """An attribute without the space around it, empty when absent."""
        return str(self.element.get(attribute) or "").strip()

    def demand(self, attribute: str) -> str:
        """An attribute that must be there.

        Raises:
            IncompleteRequest: absent or empty.
        """
        value = self.get(attribute)
        if not value:
            raise self.refusal("attribute missing", attribute)
        return value

    @property
    def text(self) -> str:
        """The text inside, white space collapsed."""
        return " ".join(text(self.element).split())

    @property
    def empty(self) -> bool:
        """Told to hold nothing: a `nullFlavor`, or neither text, nor children, nor attributes."""
        told = bool(self.text) or len(self.element) > 0 or len(self.element.attrib) > 0
        return self.element.get("nullFlavor") is not None or not told

    @property
    def boolean(self) -> bool:
        """The value of a BL, whatever prefix its `xsi:type` carries.

        Raises:
            IncompleteRequest: another type, or neither `true` nor `false`.
        """
        declared = self.get(f"{{{XSI}}}type").rpartition(":")[2]
        if declared not in ("", "BL"):
            raise self.refusal("not a BL", "xsi:type")
        value = self.demand("value")
        if value not in ("true", "false"):
            raise self.refusal("neither true nor false", "value")
        return value == "true"

    def refusal(self, message: str, attribute: str = "") -> IncompleteRequest:
        """The refusal of this element, or of one attribute of it."""
        return IncompleteRequest(message, element=f"{self.path}/@{attribute}" if attribute else self.path)
