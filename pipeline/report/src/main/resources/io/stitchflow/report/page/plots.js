"use strict";
// Plots of points and lines. Regions have a shape each, beside colours.

/** Paths about the point where they begin, by region: lower, diagonal, upper, no depth. */
const SHAPES = [
  (r) => `m0,${-r}l${r},${1.7 * r}h${-2 * r}z`,
  (r) => `m${-0.9 * r},${-0.9 * r}h${1.8 * r}v${1.8 * r}h${-1.8 * r}z`,
  (r) => `m${-r},0a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0z`,
  (r) => `m${-r},0l${r},${-r}l${r},${r}l${-r},${r}z`,
];
const LARGE = 4;
const SMALL = 2.5;

function axes(svg, { width, height, left, bottom, x, y, xTitle, yTitle }) {
  svg.append("g").attr("class", "axis-x").attr("transform", `translate(0,${height - bottom})`).call(d3.axisBottom(x).ticks(6));
  svg.append("g").attr("class", "axis-y").attr("transform", `translate(${left},0)`).call(d3.axisLeft(y).ticks(6));
  svg.append("text").attr("class", "title").attr("x", (left + width) / 2).attr("y", height - 6).attr("text-anchor", "middle").text(xTitle);
  svg.append("text").attr("class", "title").attr("x", left - 40).attr("y", 12).text(yTitle);
}

function frame(width, height, label) {
  return d3.create("svg").attr("viewBox", [0, 0, width, height]).attr("role", "img").attr("aria-label", label).attr("class", "plot");
}

/** What a quantity is drawn at: far below 0, at the edge. */
function clipped(quantity, value) {
  return quantity.to === 1 && (quantity.from === undefined || quantity.from < 0) ? Math.max(-1, value) : value;
}

function extent(quantity, values) {
  if (quantity.from !== undefined && quantity.to !== undefined) {
    return [quantity.from, quantity.to];
  }
  const [from, to] = d3.extent(values);
  return from === undefined ? [0, 1] : from === to ? [from - 0.5, to + 0.5] : [from, to];
}

/**
 * Points of two quantities.
 *
 * @param plot xQuantity, yQuantity, points with x, y, region and pair, regions (names), show(point), choose(point)
 * @returns a figure with choose(pair), which draws that pair's points large, and ring(test), which marks a point
 */
function drawScatter(plot) {
  const [width, height, left, bottom, top] = [640, 420, 58, 44, 24];
  const points = plot.points
    .map((point) => ({ ...point, x: clipped(plot.xQuantity, point.x), y: clipped(plot.yQuantity, point.y) }))
    .filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y));
  const x = d3.scaleLinear(extent(plot.xQuantity, points.map((point) => point.x)), [left + 8, width - 12]);
  const y = d3.scaleLinear(extent(plot.yQuantity, points.map((point) => point.y)), [height - bottom - 6, top]);
  const label = `${points.length} cells: ${plot.yQuantity.title} against ${plot.xQuantity.title}`;
  const svg = frame(width, height, label);
  axes(svg, { width, height, left, bottom, x, y, xTitle: plot.xQuantity.title, yTitle: plot.yQuantity.title });
  // One path for all points of a kind: tens of thousands are few elements
  const draw = (group, drawn, size) => {
    group.selectChildren().remove();
    for (const [region, kind] of d3.group(drawn, (point) => point.region)) {
      const shape = SHAPES[region](size);
      group.append("path").attr("d", kind.map((point) => `M${x(point.x).toFixed(1)},${y(point.y).toFixed(1)}${shape}`).join(""));
    }
  };
  draw(svg.append("g").attr("class", "other"), points, SMALL);
  const chosen = svg.append("g").attr("class", "chosen");
  const ring = svg.append("circle").attr("class", "ring").attr("r", 8).attr("visibility", "hidden");
  const tree = d3.quadtree(points, (point) => x(point.x), (point) => y(point.y));
  const nearest = (event) => tree.find(...d3.pointer(event, svg.node()), 16);
  svg.on("pointermove", (event) => {
    const point = nearest(event);
    if (point) {
      plot.show(point);
    }
  });
  svg.on("click", (event) => {
    const point = nearest(event);
    if (point) {
      plot.choose(point);
    }
  });
  const regions = [...new Set(points.map((point) => point.region))].sort(d3.ascending);
  const legend = element("p", { class: "note" }, ...regions.flatMap((region) => {
    const sign = d3.create("svg").attr("class", "sign").attr("viewBox", [-6, -6, 12, 12]).attr("aria-hidden", "true");
    sign.append("path").attr("class", "chosen").attr("d", "M0,0" + SHAPES[region](LARGE));
    return [sign.node(), " " + plot.regions[region] + "  "];
  }), `· ${points.length} cells; large: the chosen pair.`);
  const figure = element("figure", {}, svg.node(), legend);
  const pairs = d3.group(points, (point) => point.pair);
  figure.choose = (pair) => draw(chosen, pairs.get(pair) ?? [], LARGE);
  figure.ring = (at) => {
    const point = at && points.find((each) => at(each));
    ring.attr("visibility", point ? "visible" : "hidden");
    if (point) {
      ring.attr("cx", x(point.x)).attr("cy", y(point.y));
    }
  };
  return figure;
}

/**
 * Lines over one axis.
 *
 * @param plot title, xTitle, yTitle, lines with name and points [x, y]; names (of x) if x counts them
 */
function drawLines(plot) {
  const [width, height, left, bottom, top] = [420, 240, 58, plot.names ? 58 : 44, 24];
  const lines = plot.lines.filter((line) => line.points.length > 0);
  const all = lines.flatMap((line) => line.points);
  const pad = ([from, to]) => (from === to ? [from - 0.5, to + 0.5] : [from, to]);
  const x = d3.scaleLinear(pad(d3.extent(all, (point) => point[0])), [left + 6, width - 12]);
  const y = d3.scaleLinear(pad(d3.extent(all, (point) => point[1])), [height - bottom - 4, top]).nice();
  const svg = frame(width, height, plot.title);
  axes(svg, { width, height, left, bottom, x, y, xTitle: plot.xTitle, yTitle: plot.yTitle });
  if (plot.names) {
    svg.select(".axis-x").call(d3.axisBottom(x).tickValues(d3.range(plot.names.length)).tickFormat((i) => plot.names[i]));
    svg.select(".axis-x").selectAll("text").attr("text-anchor", "end").attr("transform", "rotate(-25)");
  } else if (Number.isInteger(x.domain()[1]) && x.domain()[1] <= 10) {
    svg.select(".axis-x").call(d3.axisBottom(x).ticks(Math.min(6, x.domain()[1] - x.domain()[0])).tickFormat(d3.format("d")));
  }
  const legend = element("p", { class: "note" });
  lines.forEach((line, k) => {
    const style = `line-${k % 8}`;
    svg.append("path").attr("class", "line " + style).attr("d", d3.line((point) => x(point[0]), (point) => y(point[1]))(line.points))
      .append("title").text(line.name);
    if (line.points.length < 30) {
      for (const point of line.points) {
        const dot = svg.append("circle").attr("class", "dot " + style).attr("r", 3).attr("cx", x(point[0])).attr("cy", y(point[1]));
        dot.append("title").text(`${line.name}: ${point[2] ?? full(point[0])}, ${full(point[1])}`);
      }
    }
    if (lines.length > 1) {
      const sign = d3.create("svg").attr("class", "sign wide").attr("viewBox", [0, -6, 24, 12]).attr("aria-hidden", "true");
      sign.append("path").attr("class", "line " + style).attr("d", "M0,0H24");
      legend.append(sign.node(), " " + line.name + "  ");
    }
  });
  return element("figure", {}, element("figcaption", {}, plot.title), svg.node(), legend);
}
