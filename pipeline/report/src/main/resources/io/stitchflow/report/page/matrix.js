"use strict";
// Heat maps: tables, so that they can be read aloud, searched and copied.

/** How numbers of a quantity become colours: the same for all pairs and conditions. */
function scaleOf(quantity, values) {
  const finite = values.filter((value) => Number.isFinite(value));
  const largest = d3.max(finite) ?? 1;
  const least = d3.min(finite) ?? 0;
  const { from, to } = quantity;
  const colors = quantity.better === "lower" ? (t) => d3.interpolateMagma(1 - t) : d3.interpolateViridis;
  if (from === 0 && to === 1) {
    return numberScale(d3.scaleSequential([0, 1], colors), [0, 0.25, 0.5, 0.75, 1]);
  }
  if (from === undefined || from < 0) {
    // What may be below 0 has white there, and the same steps on both sides; far below, one colour
    const reach = to === 1 ? 1 : d3.quantile(finite.map(Math.abs).sort(d3.ascending), 0.95) || 1;
    // Blue is better
    const both = quantity.better === "lower" ? (t) => d3.interpolateRdBu(1 - t) : d3.interpolateRdBu;
    const diverging = d3.scaleDiverging([-reach, 0, reach], both).clamp(true);
    return numberScale(diverging, [-reach, -reach / 2, 0, reach / 2, reach]);
  }
  const positive = d3.min(finite.filter((value) => value > 0)) ?? 1;
  if (least > 0 && largest / positive > 100) {
    const log = d3.scaleSequentialLog([positive, largest], colors);
    return numberScale(log, [0, 0.25, 0.5, 0.75, 1].map((t) => positive * (largest / positive) ** t));
  }
  const top = to ?? (largest > 0 ? largest : 1);
  return numberScale(d3.scaleSequential([0, top], colors), [0, 0.25, 0.5, 0.75, 1].map((t) => t * top));
}

/** Of differences: white where there is none. */
function differenceScale(values) {
  const reach = d3.max(values.filter(Number.isFinite).map(Math.abs)) || 1;
  return numberScale(
    d3.scaleDiverging([-reach, 0, reach], d3.interpolateRdBu).clamp(true),
    [-reach, -reach / 2, 0, reach / 2, reach]);
}

/** Of places in a list of verdicts; its legend has those that are present. */
function verdictScale(verdicts, present) {
  const fill = (value) => verdicts[value].color;
  return { fill, ink: (value) => inkOn(fill(value)), verdicts: verdicts.filter((unused, k) => present.has(k)) };
}

function numberScale(color, ticks) {
  const fill = (value) => d3.color(color(value)).formatHex();
  return { fill, ink: (value) => inkOn(fill(value)), ticks };
}

/** Black or white, whichever has more contrast (WCAG 2). */
function inkOn(hex) {
  const { r, g, b } = d3.rgb(hex);
  const linear = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  return 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 ? "#fff" : "#000";
}

/**
 * A heat map.
 *
 * @param map title, subtitle, rows and columns (names), rowTitle, columnTitle, at(i, j) with value, text, label, class and
 *   open (whether the value answers nothing);
 *   scale; show(i, j), called for what is pointed at, and choose(i, j)
 */
function drawMatrix(map) {
  const table = element("table", { class: "map", role: "grid", "aria-label": map.title + ", " + map.subtitle });
  const head = element("thead");
  head.append(element("tr", {},
    element("td", { rowspan: 2, colspan: 2 }),
    element("th", { colspan: map.columns.length, scope: "colgroup", class: "axis" }, map.columnTitle)));
  head.append(element("tr", {}, ...map.columns.map((name) => element("th", { scope: "col" }, name))));
  const body = element("tbody");
  map.rows.forEach((name, i) => {
    const line = element("tr");
    if (i === 0) {
      line.append(element("th", { rowspan: map.rows.length, scope: "rowgroup", class: "axis side" }, element("span", {}, map.rowTitle)));
    }
    line.append(element("th", { scope: "row" }, name));
    map.columns.forEach((unused, j) => line.append(drawCell(map, i, j)));
    body.append(line);
  });
  table.append(head, body);
  listen(table, body, map);
  const figure = element("figure", { class: "matrix" },
    element("figcaption", {}, element("strong", {}, map.title), " ", saveButton(map), element("br"), map.subtitle),
    element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": map.title }, table),
    drawLegend(map.scale));
  return figure;
}

function drawCell(map, i, j) {
  const cell = map.at(i, j);
  if (!cell) {
    return element("td", { class: "missing", "aria-label": map.rows[i] + " → " + map.columns[j] + ": not measured" });
  }
  const drawn = element("td", {
    tabindex: -1, "data-i": i, "data-j": j, class: cell.class, "aria-label": cell.label, title: cell.label,
  }, cell.text);
  if (Number.isNaN(cell.value) || cell.open) {
    drawn.classList.add("missing");
  } else {
    drawn.style.backgroundColor = map.scale.fill(cell.value);
    drawn.style.color = map.scale.ink(cell.value);
  }
  return drawn;
}

function drawLegend(scale) {
  if (scale.verdicts) {
    return element("ul", { class: "verdicts" }, ...scale.verdicts.map((verdict) => {
      const swatch = element("span", { class: "swatch", "aria-hidden": "true" });
      swatch.style.backgroundColor = verdict.color;
      return element("li", {}, swatch, verdict.brief + ": " + verdict.text);
    }));
  }
  const bar = element("div", { class: "bar", "aria-hidden": "true" });
  for (const color of legendSteps(scale)) {
    const step = element("span");
    step.style.backgroundColor = color;
    bar.append(step);
  }
  const ticks = element("div", { class: "ticks" }, ...scale.ticks.map((tick, k) => element("span", {}, legendTick(tick, k))));
  return element("div", { class: "legend" }, bar, ticks);
}

/** Colours of a scale from its first tick to its last. */
function legendSteps(scale) {
  const ends = [scale.ticks[0], scale.ticks[scale.ticks.length - 1]];
  const value = ends[0] > 0 ? (t) => ends[0] * (ends[1] / ends[0]) ** t : d3.scaleLinear([0, 1], ends);
  return d3.range(24).map((k) => scale.fill(value((k + 0.5) / 24)));
}

function legendTick(tick, k) {
  return (k === 0 && tick < 0 ? "≤ " : "") + brief(tick);
}

/** Pointer and arrow keys; one cell at a time can be reached by the tabulator. */
function listen(table, body, map) {
  const at = (event) => event.target.closest("td[data-i]");
  const first = body.querySelector("td[data-i]");
  if (first) {
    first.tabIndex = 0;
  }
  const place = (cell) => [Number(cell.dataset.i), Number(cell.dataset.j)];
  table.addEventListener("mouseover", (event) => at(event) && map.show?.(...place(at(event))));
  table.addEventListener("focusin", (event) => at(event) && map.show?.(...place(at(event))));
  table.addEventListener("click", (event) => at(event) && map.choose(...place(at(event))));
  table.addEventListener("keydown", (event) => {
    const cell = at(event);
    if (!cell) {
      return;
    }
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      map.choose(...place(cell));
      return;
    }
    const [down, right] = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] || [0, 0];
    const [i, j] = place(cell);
    const next = body.querySelector(`td[data-i="${i + down}"][data-j="${j + right}"]`);
    if (next && next !== cell) {
      event.preventDefault();
      cell.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    }
  });
}
