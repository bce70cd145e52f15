"""The picture of a graph is well-formed whatever names people send, and tells nothing of restricted nodes."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from hubsite.portal.graph_layout import BOX_WIDTH
from hubsite.portal.graph_svg import curve, draw
from hubsite.portal.words import width

SVG = "{http://www.w3.org/2000/svg}"
NASTY = """<script>alert("1")</script> & 'quotes' ]]>"""


@dataclass(frozen=True)
class Node:
    id: str
    kind: str = "dataset"
    namespace: str = "db"
    name: str = ""
    restricted: bool = False


@dataclass(frozen=True)
class Edge:
    source: str
    target: str
    kind: str = "read"


def picture(nodes: list[Node], edges: list[Edge], *, focus: str = "", css: str = "") -> ET.Element:
    link = {n.id: "" if n.restricted else f"/x/{i}?a=1&b=2" for i, n in enumerate(nodes)}
    return ET.fromstring(draw(nodes, edges, focus=focus, link=lambda node: link[node.id], css=css))


def by_class(svg: ET.Element, name: str) -> list[ET.Element]:
    return [element for element in svg.iter() if name in element.get("class", "").split()]


printable = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)


@given(st.lists(printable, min_size=1, max_size=5), printable)
def test_any_name_makes_a_well_formed_picture_that_shows_it_whole_in_the_title(names: list[str], where: str) -> None:
    nodes = [Node(f"dataset:{i}", name=name, namespace=where) for i, name in enumerate(names)]
    svg = picture(nodes, [])
    titles = [title.text for title in svg.iter(f"{SVG}title")]
    assert titles == [f"dataset {name}\n{where}" for name in names]


def test_markup_in_names_stays_text() -> None:
    svg = picture([Node(NASTY, name=NASTY, namespace=NASTY), Node("j", kind="job", name="b")], [Edge(NASTY, "j")])
    assert svg.find(f".//{SVG}script") is None
    assert "alert" in (by_class(svg, "node")[0].findtext(f"{SVG}title") or "")


def test_long_names_are_cut_in_the_middle_and_fit_their_box() -> None:
    svg = picture([Node("a", name="ANALYTICS.FINANCE." * 6 + "DAILY_REVENUE", namespace="m" * 80)], [])
    name, where = (by_class(svg, css)[0].text or "" for css in ("name", "where"))
    assert name.startswith("ANAL")
    assert name.endswith("REVENUE")
    assert "…" in name
    assert width(name) * 13 <= BOX_WIDTH
    assert width(where) * 11 <= BOX_WIDTH


def test_datasets_are_rounded_and_jobs_are_pointed() -> None:
    svg = picture([Node("a"), Node("b", kind="job")], [])
    dataset, job = (element.get("d", "") for element in by_class(svg, "box"))
    assert "a10" in dataset
    assert "a10" not in job


def test_a_restricted_node_has_no_link_and_no_name() -> None:
    svg = picture([Node("a", name="mine"), Node("restricted:1", name="leaked", restricted=True)], [])
    mine, restricted = by_class(svg, "node")
    assert mine.get("href") == "/x/0?a=1&b=2"
    assert restricted.get("href") is None
    assert "leaked" not in ET.tostring(restricted, encoding="unicode")
    assert "is-restricted" in restricted.get("class", "")


def test_the_asked_node_is_marked() -> None:
    svg = picture([Node("a"), Node("b")], [], focus="b")
    assert [node.get("data-node") for node in by_class(svg, "is-focus")] == ["1"]


def test_arrows_name_their_ends_and_a_node_that_feeds_itself_has_none() -> None:
    svg = picture([Node("a"), Node("b", kind="job")], [Edge("a", "b"), Edge("a", "a", "derive")])
    assert [(e.get("data-from"), e.get("data-to")) for e in by_class(svg, "edge")] == [("0", "1")]


def test_the_page_brings_the_colours_and_a_file_its_own() -> None:
    nodes = [Node("a")]
    assert picture(nodes, []).find(f"{SVG}style") is None
    assert picture(nodes, [], css=".box{fill:red}").findtext(f"{SVG}style") == ".box{fill:red}"


def test_no_attribute_is_a_style() -> None:
    svg = picture([Node("a"), Node("b", kind="job")], [Edge("a", "b")])
    assert all("style" not in element.attrib for element in svg.iter())


def test_an_arrow_is_straight_on_a_level_and_an_s_between_two() -> None:
    assert curve([(0, 10), (40, 10), (80, 30)]) == "M0 10H40C60 10 60 30 80 30"


def test_an_empty_graph_is_a_picture_too() -> None:
    assert picture([], []).tag == f"{SVG}svg"
