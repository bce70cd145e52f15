// Zoom, pan, and the path of what you point at. The picture itself comes from the server and needs none of this.
"use strict";

const stage = document.querySelector("[data-stage]");
const graph = stage && stage.querySelector("svg.graph");

if (graph) {
  const READABLE = 0.9;
  const drawn = graph.viewBox.baseVal;
  const size = { width: drawn.width, height: drawn.height };
  const view = { x: 0, y: 0, scale: 1 };
  graph.removeAttribute("width");
  graph.removeAttribute("height");
  stage.classList.add("live");
  stage.querySelector(".zoom").hidden = false;

  const show = () => {
    const { clientWidth, clientHeight } = stage;
    graph.setAttribute("viewBox", `${view.x} ${view.y} ${clientWidth / view.scale} ${clientHeight / view.scale}`);
  };
  const centre = (x, y, scale) => {
    view.scale = scale;
    view.x = x - stage.clientWidth / scale / 2;
    view.y = y - stage.clientHeight / scale / 2;
    show();
  };
  const whole = () => Math.min(1, stage.clientWidth / (size.width + 16), stage.clientHeight / (size.height + 16));
  const fit = () => centre(size.width / 2, size.height / 2, whole());
  // A large graph begins readable, at the node that was asked for.
  const begin = () => {
    const focus = graph.querySelector(".is-focus");
    if (whole() >= READABLE || !focus) return fit();
    const box = focus.getBBox();
    const place = focus.transform.baseVal[0].matrix;
    const [width, height] = [stage.clientWidth / READABLE, stage.clientHeight / READABLE];
    const inside = (at, extent, all) => (extent >= all ? all / 2 : Math.min(Math.max(at, extent / 2), all - extent / 2));
    centre(inside(place.e + box.width / 2, width, size.width), inside(place.f + box.height / 2, height, size.height), READABLE);
  };
  const zoom = (factor, px = stage.clientWidth / 2, py = stage.clientHeight / 2) => {
    const scale = Math.min(3, Math.max(0.08, view.scale * factor));
    view.x += px / view.scale - px / scale;
    view.y += py / view.scale - py / scale;
    view.scale = scale;
    show();
  };

  begin();
  addEventListener("resize", begin);
  stage.querySelector("[data-zoom=in]").addEventListener("click", () => zoom(1.3));
  stage.querySelector("[data-zoom=out]").addEventListener("click", () => zoom(1 / 1.3));
  stage.querySelector("[data-zoom=fit]").addEventListener("click", fit);
  graph.addEventListener("wheel", (event) => {
    event.preventDefault();
    const box = stage.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });

  let held = null;
  let moved = false;
  graph.addEventListener("pointerdown", (event) => {
    held = { x: event.clientX, y: event.clientY };
    moved = false;
  });
  addEventListener("pointermove", (event) => {
    if (!held) return;
    const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
    if (!moved && Math.hypot(dx, dy) < 4) return;
    moved = true;
    view.x -= dx / view.scale;
    view.y -= dy / view.scale;
    held = { x: event.clientX, y: event.clientY };
    show();
  });
  addEventListener("pointerup", () => (held = null));
  graph.addEventListener("click", (event) => { if (moved) event.preventDefault(); });
  graph.addEventListener("dragstart", (event) => event.preventDefault());

  const edges = [...graph.querySelectorAll(".edge")];
  const walk = (start, from, to) => {
    const seen = new Set([start]);
    const on = new Set();
    for (const node of seen) for (const edge of edges) if (edge.dataset[from] === node) { on.add(edge); seen.add(edge.dataset[to]); }
    return [on, seen];
  };
  const light = (number) => {
    const [on, nodes] = number === null ? [new Set(), new Set()] : (() => {
      const [a, b] = [walk(number, "from", "to"), walk(number, "to", "from")];
      return [new Set([...a[0], ...b[0]]), new Set([...a[1], ...b[1]])];
    })();
    for (const edge of edges) {
      edge.classList.toggle("is-on", on.has(edge));
      edge.setAttribute("marker-end", on.has(edge) ? "url(#head-on)" : "url(#head)");
    }
    for (const node of graph.querySelectorAll(".node")) node.classList.toggle("is-on", nodes.has(node.dataset.node));
  };
  for (const node of document.querySelectorAll("[data-node]")) {
    node.addEventListener("pointerenter", () => light(node.dataset.node));
    node.addEventListener("pointerleave", () => light(null));
    node.addEventListener("focusin", () => light(node.dataset.node));
    node.addEventListener("focusout", () => light(null));
  }
}
