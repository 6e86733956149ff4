"use strict";
// The blocks of the page: text, gzipped, in base64. PageData.java writes them.

const blocks = new Map();
for (const element of document.querySelectorAll("script[data-block]")) {
  blocks.set(element.dataset.block, element);
}

async function readText(name) {
  const binary = atob(blocks.get(name).textContent);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) {
    bytes[i] = binary.charCodeAt(i);
  }
  const unzipped = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(unzipped).text();
}

/** One experiment: its index, and its columns as they are asked for. */
class Data {
  static async open() {
    return new Data(JSON.parse(await readText("index")));
  }

  constructor(index) {
    this.index = index;
    this.cells = index.cells;
    this.rows = this.cells.pair.length;
    this.quantities = new Map(index.quantities.map((each) => [each.name, each]));
    this.columns = new Map();
    // The rows of each matrix
    this.matrices = new Map();
    for (let row = 0; row < this.rows; row++) {
      const key = this.key(this.place(row));
      if (!this.matrices.has(key)) {
        this.matrices.set(key, []);
      }
      this.matrices.get(key).push(row);
    }
  }

  key({ pair, condition, objective, solver }) {
    return [pair, condition, objective, solver].join();
  }

  /** Where a row belongs. */
  place(row) {
    const place = {};
    for (const [field, values] of Object.entries(this.cells)) {
      place[field] = values[row];
    }
    return place;
  }

  /** The name of the block with a quantity's lines; undefined if there is none. */
  block(quantity, split) {
    const name = quantity + "/" + split;
    const first = this.index.same[name] ?? name;
    return blocks.has(first) ? first : undefined;
  }

  has(quantity, split) {
    return this.block(quantity, split) !== undefined;
  }

  splits() {
    return ["test", "train"].filter((split) =>
      this.index.quantities.some((quantity) => this.has(quantity.name, split)));
  }

  /** The numbers of all rows; NaN where one was not measured. */
  column(quantity, split) {
    const name = this.block(quantity, split);
    if (!this.columns.has(name)) {
      this.columns.set(name, this.lines(name).then((lines) =>
        Float64Array.from(lines, (line) => (line === "" ? NaN : Number(line)))));
    }
    return this.columns.get(name);
  }

  /** One line a row; empty ones if the page lacks the block. */
  async lines(name) {
    return blocks.has(name) ? (await readText(name)).split("\n") : new Array(this.rows).fill("");
  }

  /** Of a quantity that has several numbers: name and number of each, of one row. */
  async series(quantity, split, row) {
    const text = (await this.lines(this.block(quantity, split)))[row];
    return text === "" ? [] : text.split(";").map((point) => {
      const at = point.lastIndexOf("=");
      return [point.slice(0, at), Number(point.slice(at + 1))];
    });
  }

  /** The rows of a matrix, of all seeds or one; those of another solver than the first only where copies matter. */
  rowsOf(view, quantity) {
    const copies = !quantity || quantity.stitched === "copy" || quantity.stitched === "both";
    const solver = copies ? view.solver : 0;
    const rows = this.matrices.get(this.key({ ...view, solver })) || [];
    return view.seed < 0 ? rows : rows.filter((row) => this.cells.seed[row] === view.seed);
  }
}

/** The mean of what is bounded, else the median; NaN of nothing. */
function center(values, quantity) {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) {
    return NaN;
  }
  return quantity.mean ? d3.mean(known) : d3.median(known);
}

/** Three digits, as tables and heat maps have them. */
function brief(value) {
  if (Number.isNaN(value)) {
    return "–";
  }
  const size = Math.abs(value);
  let text;
  if (!Number.isFinite(value)) {
    text = value > 0 ? "inf" : "-inf";
  } else if (size === 0) {
    text = "0";
  } else if (size < 9.995e-4 || size >= 99999.5) {
    text = value.toExponential(1).replace("e+", "e");
  } else {
    text = value.toFixed(size < 9.9995 ? 3 : size < 99.995 ? 2 : size < 999.95 ? 1 : 0);
  }
  return text.replaceAll("-", "−");
}

/** The four digits that the page has. */
function full(value) {
  return Number.isNaN(value) ? "–" : String(Number(value.toPrecision(4))).replaceAll("-", "−");
}

/** The centre of a cell's seeds, with the range of several. */
function overSeeds(values, quantity) {
  const known = values.filter((value) => !Number.isNaN(value));
  const range = known.length > 1 ? `\n[${brief(d3.min(known))} to ${brief(d3.max(known))}]` : "";
  return full(center(known, quantity)) + range;
}

/** An element with attributes and children; texts are texts. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      made.setAttribute(key, value === true ? "" : value);
    }
  }
  made.append(...children);
  return made;
}

/** Puts others in the place of all children; what has the focus has it afterwards too. */
function replace(parent, ...children) {
  const focusable = () => [...parent.querySelectorAll("td[data-i], button")];
  const focused = focusable().indexOf(document.activeElement);
  parent.replaceChildren(...children);
  const again = focused < 0 ? undefined : focusable()[focused];
  if (again) {
    again.closest("table.map")?.querySelectorAll("td[tabindex='0']").forEach((cell) => (cell.tabIndex = -1));
    again.tabIndex = 0;
    again.focus({ preventScroll: true });
  }
}
