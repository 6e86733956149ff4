"use strict";
// What the reader looks at: the state, its choosers, and what is drawn of it. The address has the state, so that a view can be linked.

const MAIN = ["vanilla_accuracy", "copy_accuracy", "receiver_accuracy", "r2_vanilla", "r2_copy", "match_at_equal_loss", "cost_of_matching", "gap"];
const SMALL_REPORT = 5000; // rows whose numbers are all read at once
const TABLE_STEP = 20;
const FEW_SEEDS = 3;
// Of a cell whatever its seeds and split; maps only
const VERDICT = { name: "verdict", title: "Verdict", form: "verdict", stitched: "neither" };
const COST = "cost_of_matching";
const DIFFERENCE = { title: "difference", subtitle: "the first less the second" };

class Explorer {
  constructor(data, root) {
    this.data = data;
    this.root = root;
    this.index = data.index;
    this.splits = data.splits();
    this.numbers = this.index.quantities.filter((quantity) =>
      quantity.form !== "series" && this.splits.some((split) => data.has(quantity.name, split)));
    // What heat maps are of
    this.mapped = data.cells.verdict.some((verdict) => verdict >= 0) ? [...this.numbers, VERDICT] : this.numbers;
    this.drawing = 0;
    this.tableRows = TABLE_STEP;
    this.sort = { by: "place", down: false };
    this.filter = "";
    this.kept = new Map();
    this.scales = new Map();
    this.state = this.first();
  }

  first() {
    const known = (name) => (this.data.quantities.has(name) && this.numbers.some((each) => each.name === name) ? name : undefined);
    const metric = known("vanilla_accuracy") ?? this.numbers[0].name;
    return {
      pair: 0, condition: 0, objective: 0, solver: 0, seed: -1, split: this.splits[0],
      metric, beside: "", x: known("r2_vanilla") ?? metric, y: metric, cell: "",
    };
  }

  // The address

  read() {
    if (!location.hash.includes("=")) {
      return; // a heading of the page
    }
    const given = new URLSearchParams(location.hash.slice(1));
    const state = this.first();
    const find = (field, names) => {
      const at = names.indexOf(given.get(field));
      if (at >= 0) {
        state[field] = at;
      }
    };
    find("pair", this.index.pairs.map((pair) => pair.sender + " → " + pair.receiver));
    find("condition", this.index.conditions.map((each) => each.name));
    find("objective", this.index.objectives);
    find("solver", this.index.solvers.map((each) => each.name));
    find("seed", this.index.seeds);
    for (const [field, known] of [["metric", this.mapped], ["x", this.numbers], ["y", this.numbers]]) {
      if (known.some((each) => each.name === given.get(field))) {
        state[field] = given.get(field);
      }
    }
    if (this.splits.includes(given.get("split"))) {
      state.split = given.get("split");
    }
    state.beside = given.get("beside") ?? "";
    state.cell = given.get("cell") ?? "";
    this.state = state;
  }

  write() {
    const { state } = this;
    const pair = this.index.pairs[state.pair];
    const fields = { pair: pair.sender + " → " + pair.receiver, condition: this.index.conditions[state.condition].name };
    if (this.index.objectives.length > 1) {
      fields.objective = this.index.objectives[state.objective];
    }
    if (this.index.solvers.length > 1) {
      fields.solver = this.index.solvers[state.solver].name;
    }
    if (state.seed >= 0) {
      fields.seed = this.index.seeds[state.seed];
    }
    for (const field of ["split", "metric", "beside", "x", "y", "cell"]) {
      if (state[field]) {
        fields[field] = state[field];
      }
    }
    history.replaceState(null, "", "#" + new URLSearchParams(fields));
  }

  set(change) {
    const moved = ["pair", "condition"].some((field) => field in change && change[field] !== this.state[field]);
    this.state = { ...this.state, ...(moved ? { cell: "" } : {}), ...change };
    this.write();
    return this.draw();
  }

  // Choosers

  build() {
    const part = (id) => this.root.querySelector("#" + id);
    this.parts = Object.fromEntries(["choosers", "pairs", "maps", "cell", "scatter", "cells", "curves"].map((id) => [id, part("explore-" + id)]));
    const options = (quantities) => quantities.map((each) => [each.name, each.title]);
    const [mapped, metrics] = [options(this.mapped), options(this.numbers)];
    this.choosers = {};
    this.choose("pair", "pair", this.index.pairs.map((pair, i) => [String(i), pair.sender + " → " + pair.receiver]), Number);
    this.choose("condition", "sender → receiver", this.index.conditions.map((each, i) => [String(i), each.title]), Number);
    this.choose("objective", "objective", this.index.objectives.map((each, i) => [String(i), each]), Number);
    this.choose("solver", "copy by", this.index.solvers.map((each, i) => [String(i), each.title]), Number);
    this.choose("seed", "stitch seed", [["-1", "all"], ...this.index.seeds.map((each, i) => [String(i), each])], Number, this.index.seeds.length > 1);
    this.choose("split", "examples", this.splits.map((each) => [each, each]), String);
    this.choose("metric", "metric", mapped, String);
    this.choose("beside", "beside it", [
      ["", "nothing"],
      ...(this.index.conditions.length > 1 ? [["conditions", "all conditions"]] : []),
      ...this.splits.map((each) => ["split:" + each, "the same on " + each + " examples"]),
      ...mapped.map(([name, title]) => ["metric:" + name, title]),
    ], String);
    this.parts.maps.addEventListener("mouseleave", () => this.showCell(this.state.cell));
    this.choose("x", "across", metrics, String, true, this.parts.scatter.previousElementSibling);
    this.choose("y", "up", metrics, String, true, this.parts.scatter.previousElementSibling);
    const filter = this.root.querySelector("#explore-filter");
    filter.addEventListener("input", () => {
      this.filter = filter.value.toLowerCase();
      this.tableRows = TABLE_STEP;
      this.drawTable(this.drawing, true);
    });
    window.addEventListener("hashchange", () => {
      this.read();
      this.draw();
    });
    this.drawCurves();
  }

  choose(field, label, options, parse, shown = options.length > 1, parent = this.parts.choosers) {
    const select = element("select", { name: field }, ...options.map(([value, text]) => element("option", { value }, text)));
    select.addEventListener("change", () => this.set({ [field]: parse(select.value) }));
    this.choosers[field] = select;
    if (shown) {
      parent.append(element("label", {}, label + " ", select));
    }
  }

  // Drawing; `turn` tells whether something newer is being drawn

  async draw() {
    const turn = ++this.drawing;
    for (const [field, select] of Object.entries(this.choosers)) {
      select.value = String(this.state[field]);
    }
    await Promise.all([this.drawMaps(turn), this.drawPairs(turn), this.drawScatter(turn), this.drawTable(turn)]);
    if (turn === this.drawing) {
      await this.showCell(this.state.cell);
      performance.mark("drawn");
      document.documentElement.dataset.drawn = String(turn);
    }
  }

  quantity(name) {
    return name === VERDICT.name ? VERDICT : this.data.quantities.get(name);
  }

  /** What is made of the same state is made once: the latest of each kind is kept. */
  once(kind, fields, make) {
    const key = JSON.stringify(fields.map((field) => this.state[field]));
    const kept = this.kept.get(kind);
    if (kept?.key === key) {
      return kept.made;
    }
    const made = make();
    this.kept.set(kind, { key, made });
    return made;
  }

  /** The colours of a quantity on a split. */
  scale(metric, split) {
    if (metric === VERDICT.name) {
      return verdictScale(this.index.verdicts, new Set(this.data.cells.verdict));
    }
    const name = metric + "/" + split;
    if (!this.scales.has(name)) {
      this.scales.set(name, this.data.column(metric, split).then((values) => scaleOf(this.quantity(metric), values)));
    }
    return this.scales.get(name);
  }

  names(view) {
    const pair = this.index.pairs[view.pair];
    const [sender, receiver] = this.index.conditions[view.condition].name.split("_");
    const name = (network, state) => network + (state === "random" ? " (random)" : "");
    return [name(pair.sender, sender), name(pair.receiver, receiver)];
  }

  /** The rows of each cell of a view, by "i,j". */
  places(view, quantity) {
    return d3.group(this.data.rowsOf(view, quantity), (row) => this.data.cells.senderCut[row] + "," + this.data.cells.receiverCut[row]);
  }

  async numbersOf(view, name) {
    const quantity = this.quantity(name);
    const values = name === VERDICT.name ? this.data.cells.verdict : await this.data.column(name, view.split);
    const of = new Map();
    for (const [place, rows] of this.places(view, quantity)) {
      of.set(place, center(rows.map((row) => values[row]).filter((value) => quantity !== VERDICT || value >= 0), quantity));
    }
    return of;
  }

  async drawMaps(turn) {
    const { state } = this;
    const [kind, name] = state.beside.split(":");
    const views = [[state, state.metric]];
    if (kind === "conditions") {
      views.length = 0;
      this.index.conditions.forEach((unused, condition) => views.push([{ ...state, condition }, state.metric]));
    } else if (kind === "split" && this.splits.includes(name)) {
      views.push([{ ...state, split: name }, state.metric]);
    } else if (kind === "metric" && this.mapped.some((each) => each.name === name)) {
      views.push([state, name]);
    }
    const drawn = [];
    const numbers = [];
    for (const [view, metric] of views) {
      const scale = await this.scale(metric, view.split);
      numbers.push(await this.numbersOf(view, metric));
      drawn.push(this.drawMap(view, this.quantity(metric), numbers[numbers.length - 1], scale, await this.marks(view, metric)));
    }
    if (numbers.length === 2 && kind !== "conditions" && !views.some(([, metric]) => metric === VERDICT.name)) {
      const difference = new Map();
      for (const [place, value] of numbers[0]) {
        difference.set(place, value - (numbers[1].get(place) ?? NaN));
      }
      drawn.push(this.drawMap(state, DIFFERENCE, difference, differenceScale([...difference.values()]), () => ""));
    }
    if (turn === this.drawing) {
      replace(this.parts.maps, ...drawn);
    }
  }

  subtitle(view, quantity) {
    if (quantity.subtitle) {
      return quantity.subtitle;
    }
    const kind = this.index.pairs[view.pair].kinds[this.index.conditions[view.condition].name];
    const seeds = view.seed < 0 && this.index.seeds.length > 1 ? `, ${this.index.seeds.length} seeds` : "";
    const open = quantity.name === COST ? "; hatched: no verdict about matching" : "";
    const of = quantity === VERDICT ? "test" : view.split + seeds;
    return this.names(view).join(" → ") + ", " + of + open + (kind ? " · " + kind : "");
  }

  /** What makes the number of a place doubtful: a sign, of the rows that stand there. */
  async marks(view, metric) {
    const { stitched } = this.quantity(metric);
    if (stitched === "neither") {
      return () => "";
    }
    const [name, limit, sign] = stitched === "copy" ? ["copy_r2_drop", this.index.largestCopyDrop, "‡"] : ["gap", 0, "†"];
    const values = this.data.has(name, view.split) ? await this.data.column(name, view.split) : [];
    return (rows) => (rows.some((row) => values[row] > limit) ? sign : "");
  }

  drawMap(view, quantity, numbers, scale, mark) {
    const pair = this.index.pairs[view.pair];
    const [sender, receiver] = this.names(view);
    const places = this.places(view);
    return drawMatrix({
      title: quantity.title, subtitle: this.subtitle(view, quantity), scale,
      rows: pair.senderCuts, columns: pair.receiverCuts,
      rowTitle: "sender " + sender + ": cut", columnTitle: "receiver " + receiver + ": cut replaced",
      at: (i, j) => {
        const value = numbers.get(i + "," + j);
        if (value === undefined) {
          return null;
        }
        const rows = places.get(i + "," + j) ?? [];
        const row = rows[0];
        const verdict = row === undefined ? -1 : this.data.cells.verdict[row];
        const region = row === undefined ? "" : this.index.regions[this.data.cells.region[row]];
        const answer = this.index.verdicts[verdict]; // undefined of other objectives than the first
        const open = quantity.name === COST && !answer?.hasMatchingStitch;
        const number = quantity === VERDICT ? [] : [full(value)];
        const label = `${pair.senderCuts[i]} → ${pair.receiverCuts[j]}: ` + [...number, ...(answer ? [answer.text] : [])].join("; ");
        const text = quantity === VERDICT ? (answer?.brief ?? "") : brief(value) + mark(rows);
        const pinned = this.cellName(view, i, j) === this.state.cell ? " pinned" : "";
        return { value, text, label, open, class: region + pinned };
      },
      show: (i, j) => this.showCell(this.cellName(view, i, j), view),
      choose: (i, j) => this.set({ condition: view.condition, cell: this.cellName(view, i, j) }),
    });
  }

  cellName(view, i, j) {
    const pair = this.index.pairs[view.pair];
    return pair.senderCuts[i] + " → " + pair.receiverCuts[j];
  }

  async drawPairs(turn) {
    this.parts.pairs.hidden = this.index.pairs.length < 2;
    if (this.parts.pairs.hidden) {
      return;
    }
    const map = await this.once("pairs", ["condition", "objective", "solver", "seed", "split", "metric"], () => this.pairMap());
    if (turn === this.drawing) {
      if (map.parentElement !== this.parts.pairs) {
        replace(this.parts.pairs, map);
      }
      map.querySelectorAll("td.current").forEach((cell) => cell.classList.remove("current"));
      map.cells.get(this.state.pair)?.classList.add("current");
    }
  }

  /** The median of each pair's cells. */
  async pairMap() {
    const { state } = this;
    const senders = [...new Set(this.index.pairs.map((pair) => pair.sender))];
    const receivers = [...new Set(this.index.pairs.map((pair) => pair.receiver))];
    const at = new Map(this.index.pairs.map((pair, i) => [senders.indexOf(pair.sender) + "," + receivers.indexOf(pair.receiver), i]));
    const quantity = this.quantity(state.metric);
    const ofVerdicts = quantity === VERDICT;
    const values = ofVerdicts ? this.data.cells.verdict : await this.data.column(state.metric, state.split);
    const worksAsWell = (rows) => d3.mean(rows.filter((row) => this.index.verdicts[values[row]]?.judged), (row) => (this.index.verdicts[values[row]].name === "works_as_well" ? 1 : 0));
    const map = drawMatrix({
      title: ofVerdicts ? "Share of judged cells in which a matching stitch works as well" : quantity.title + ", median over cells",
      subtitle: this.index.conditions[state.condition].title + ", " + (ofVerdicts ? "test" : state.split) + " · choose a pair",
      rows: senders, columns: receivers, rowTitle: "sender", columnTitle: "receiver",
      scale: ofVerdicts ? scaleOf({ from: 0, to: 1 }, []) : await this.scale(state.metric, state.split),
      at: (i, j) => {
        const pair = at.get(i + "," + j);
        if (pair === undefined) {
          return null;
        }
        const rows = this.data.rowsOf({ ...state, pair }, quantity);
        const value = (ofVerdicts ? worksAsWell(rows) : d3.median(rows, (row) => values[row])) ?? NaN;
        return { value, text: brief(value), label: `${senders[i]} → ${receivers[j]}: ${full(value)}`, class: "" };
      },
      choose: (i, j) => this.set({ pair: at.get(i + "," + j) }),
    });
    map.cells = new Map([...map.querySelectorAll("td[data-i]")].map((cell) => [at.get(cell.dataset.i + "," + cell.dataset.j), cell]));
    return map;
  }

  // One cell

  /** Shows the numbers of a cell, and more of the chosen one. */
  async showCell(name, view = this.state) {
    const pinned = name === this.state.cell && view.condition === this.state.condition;
    const place = this.placeOf(name);
    const turn = (this.showing = (this.showing ?? 0) + 1);
    if (!place) {
      this.parts.cell.replaceChildren(element("p", { class: "note" }, "Point at a cell to see its numbers; click it, or press Enter, to keep them here."));
      return;
    }
    const rows = this.places(view).get(place.i + "," + place.j) ?? [];
    const all = pinned || this.data.rows <= SMALL_REPORT;
    const quantities = all ? this.numbers : this.numbers.filter((each) => MAIN.includes(each.name) || each.name === this.state.metric);
    const table = element("table", {}, element("thead", {}, element("tr", {}, element("th", {}, "quantity"),
      ...this.splits.map((split) => element("th", { class: "number" }, split)))));
    const body = element("tbody");
    for (const quantity of quantities) {
      const cells = [];
      for (const split of this.splits) {
        const values = this.data.has(quantity.name, split) ? await this.data.column(quantity.name, split) : null;
        cells.push(element("td", { class: "number", "data-split": split }, values ? overSeeds(rows.map((row) => values[row]), quantity) : "–"));
      }
      if (cells.some((cell) => cell.textContent !== "–")) {
        body.append(element("tr", { "data-quantity": quantity.name }, element("th", { scope: "row" }, quantity.title), ...cells));
      }
    }
    table.append(body);
    const parts = [element("h3", {}, this.names(view).join(" → "), element("br"), name)];
    if (rows.length > 0) {
      const verdict = this.data.cells.verdict[rows[0]];
      if (rows.length > 1) {
        const few = rows.length < FEW_SEEDS ? "; too few for an interval" : "";
        parts.push(element("p", { class: "note" }, `Of ${rows.length} stitch seeds: the mean (the median of what has no bounds), and in brackets the least and the largest${few}.`));
      }
      parts.push(element("p", {}, this.index.regions[this.data.cells.region[rows[0]]] + (verdict < 0 ? "" : ": " + this.index.verdicts[verdict].text)));
    }
    parts.push(element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "numbers of the cell" }, table));
    if (pinned && rows.length > 0) {
      parts.push(...(await this.cellPlots(rows)));
      const digests = await this.data.lines("digests");
      parts.push(element("p", { class: "note" }, "comparison ", ...rows.map((row) => element("code", {}, digests[row] + " "))));
      parts.push(element("p", { class: "note" }, "What it was computed from: ", element("code", {}, "stitchflow show " + digests[rows[0]])));
    }
    if (turn === this.showing) {
      this.parts.cell.replaceChildren(...parts);
      this.scatterFigure?.ring((point) => point.rows.includes(rows[0]));
    }
  }

  placeOf(name) {
    const pair = this.index.pairs[this.state.pair];
    const [sender, receiver] = (name ?? "").split(" → ");
    const [i, j] = [pair.senderCuts.indexOf(sender), pair.receiverCuts.indexOf(receiver)];
    return i < 0 || j < 0 ? null : { i, j };
  }

  /** Front, training, later cuts, interpolation, accuracy by class: what the cell has of them. */
  async cellPlots(rows) {
    const row = rows[0];
    const { split } = this.state;
    const series = (name) => this.data.series(name, split, row);
    const plots = [];
    const r2 = new Map(await series("front_r2"));
    const accuracy = await series("front_accuracy");
    if (accuracy.length > 1) {
      const name = (weight) => (weight === "copy" ? "copy" : weight === "0" ? "vanilla" : "λ = " + weight);
      const points = accuracy.map(([weight, value]) => [r2.get(weight), value, name(weight)]);
      plots.push(drawLines({ title: "Matching front, " + split, xTitle: "R²", yTitle: "accuracy", lines: [{ name: "front", points }] }));
    }
    const training = (await this.data.lines("training"))[row].split("|").map((losses) => losses.split(";").filter((loss) => loss !== "").map(Number));
    if (training[0].length > 1) {
      plots.push(drawLines({
        title: "Training of the vanilla stitch", xTitle: "epoch", yTitle: "loss",
        lines: training.map((losses, start) => ({ name: "from " + this.index.starts[start], points: losses.map((loss, epoch) => [epoch, loss]) })),
      }));
    }
    const later = [["vanilla", await series("vanilla_later_r2")], ["copy", await series("copy_later_r2")]];
    if (later[0][1].length > 0) {
      const names = later[0][1].map(([cut]) => cut);
      plots.push(drawLines({
        title: "R² at later cuts, " + split, xTitle: "", yTitle: "R²", names,
        lines: later.map(([name, points]) => ({ name, points: points.map(([cut, value], i) => [i, Math.max(-1, value), cut]) })),
      }));
    }
    const between = await series("interpolated_accuracy");
    if (between.length > 1) {
      const points = between.map(([share, value]) => [Number(share), value]).sort((a, b) => a[0] - b[0]);
      plots.push(drawLines({ title: "Between vanilla (0) and copy (1), " + split, xTitle: "share of the copy", yTitle: "accuracy", lines: [{ name: "accuracy", points }] }));
    }
    const classes = await Promise.all(["vanilla", "copy", "receiver"].map(async (name) => [name, await series(name + "_class_accuracy")]));
    if (classes[0][1].length > 1) {
      plots.push(drawLines({
        title: "Accuracy by class, " + split, xTitle: "", yTitle: "accuracy", names: classes[0][1].map(([label]) => label),
        lines: classes.map(([name, points]) => ({ name, points: points.map(([label, value], i) => [i, value, "class " + label]) })),
      }));
    }
    return plots;
  }

  // All cells

  /** A point a cell of the condition, objective, solver and seeds, over all pairs, with the numbers of the chosen metrics. */
  points() {
    return this.once("points", ["condition", "objective", "solver", "seed", "split", "metric", "x", "y"], async () => {
      const { state } = this;
      const names = [...new Set([state.metric, state.x, state.y])].filter((name) => name !== VERDICT.name);
      const quantities = names.map((name) => this.quantity(name));
      const columns = await Promise.all(names.map((name) => this.data.column(name, state.split)));
      const points = [];
      this.index.pairs.forEach((unused, pair) => {
        for (const rows of this.places({ ...state, pair }).values()) {
          const numbers = quantities.map((quantity, k) => center(rows.map((row) => columns[k][row]), quantity));
          points.push({ pair, rows, numbers, region: this.data.cells.region[rows[0]], x: numbers[names.indexOf(state.x)], y: numbers[names.indexOf(state.y)] });
        }
      });
      return { points, quantities };
    });
  }

  async drawScatter(turn) {
    const figure = await this.once("scatter", ["condition", "objective", "solver", "seed", "split", "metric", "x", "y"], async () => {
      const { points } = await this.points();
      const choose = (point) => this.set({ pair: point.pair, cell: this.nameOf(point) });
      const show = (point) => {
        if (point.pair === this.state.pair) {
          this.showCell(this.nameOf(point));
        }
      };
      return drawScatter({ xQuantity: this.quantity(this.state.x), yQuantity: this.quantity(this.state.y), points, regions: this.index.regions, show, choose });
    });
    if (turn === this.drawing) {
      this.scatterFigure = figure;
      figure.choose(this.state.pair);
      if (figure.parentElement !== this.parts.scatter) {
        this.parts.scatter.replaceChildren(figure);
      }
    }
  }

  nameOf(point) {
    const pair = this.index.pairs[point.pair];
    const row = point.rows[0];
    return pair.senderCuts[this.data.cells.senderCut[row]] + " → " + pair.receiverCuts[this.data.cells.receiverCut[row]];
  }

  async drawTable(turn, changed = false) {
    const { state } = this;
    const { points, quantities } = await this.points();
    if (turn !== this.drawing || (points === this.tablePoints && !changed)) {
      return;
    }
    this.tablePoints = points;
    for (const point of points) {
      const pair = this.index.pairs[point.pair];
      const verdict = this.data.cells.verdict[point.rows[0]];
      point.place = [pair.sender + " → " + pair.receiver, this.nameOf(point), this.index.regions[point.region], verdict < 0 ? "" : this.index.verdicts[verdict].text];
      point.text = point.place.join(" ").toLowerCase();
    }
    const shown = points.filter((point) => point.text.includes(this.filter));
    const { by, down } = this.sort;
    if (by !== "place") {
      const key = (point) => (typeof by === "number" ? point.numbers[by] : point.place[Number(by.slice(1))]);
      shown.sort((a, b) => (down ? d3.descending : d3.ascending)(key(a), key(b)));
    }
    const sorter = (text, column) => {
      const button = element("button", { type: "button" }, text + (by === column ? (down ? " ↓" : " ↑") : ""));
      button.addEventListener("click", () => {
        this.sort = { by: column, down: by === column && !down };
        this.drawTable(this.drawing, true);
      });
      const head = element("th", { scope: "col", class: typeof column === "number" ? "number" : undefined }, button);
      head.setAttribute("aria-sort", by !== column ? "none" : down ? "descending" : "ascending");
      return head;
    };
    const head = element("tr", {}, ...["pair", "sender cut → receiver cut", "region", "verdict"].map((text, i) => sorter(text, "p" + i)),
      ...quantities.map((quantity, i) => sorter(quantity.title, i)));
    const body = element("tbody", {}, ...shown.slice(0, this.tableRows).map((point) => {
      const button = element("button", { type: "button" }, point.place[1]);
      button.addEventListener("click", () => this.set({ pair: point.pair, cell: point.place[1] }));
      return element("tr", {}, element("td", {}, point.place[0]), element("td", {}, button), element("td", {}, point.place[2]), element("td", {}, point.place[3]),
        ...point.numbers.map((number) => element("td", { class: "number" }, full(number))));
    }));
    const more = [];
    if (shown.length > this.tableRows) {
      const button = element("button", { type: "button" }, `show ${Math.min(TABLE_STEP, shown.length - this.tableRows)} more`);
      button.addEventListener("click", () => {
        this.tableRows += TABLE_STEP;
        this.drawTable(this.drawing, true);
      });
      more.push(button);
    }
    replace(
      this.parts.cells,
      element("p", { class: "note" }, `${Math.min(this.tableRows, shown.length)} of ${shown.length} cells, ${this.index.conditions[state.condition].title}, ${state.split} examples`),
      element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "cells" }, element("table", {}, element("thead", {}, head), body)), ...more);
  }

  drawCurves() {
    const lines = this.index.networks.filter((network) => network.loss && !network.random)
      .map((network) => ({ name: network.name, points: network.loss.map((loss, epoch) => [epoch + 1, loss]) }));
    this.parts.curves.hidden = lines.length === 0;
    if (lines.length > 0) {
      this.parts.curves.append(drawLines({ title: "Train loss of each network", xTitle: "epoch", yTitle: "loss", lines }));
    }
  }
}

/** What is folded away is printed too. */
function unfoldToPrint() {
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((each) => (each.open = true));
  });
  window.addEventListener("afterprint", () => closed.forEach((each) => (each.open = false)));
}

(async () => {
  unfoldToPrint();
  const root = document.querySelector("#explore");
  if (!root) {
    return;
  }
  if (typeof DecompressionStream === "undefined") {
    root.querySelector("#explore-maps").textContent = "This browser cannot unpack the numbers of this page: it has no DecompressionStream. The heat maps are beside it as SVG files.";
    return;
  }
  const data = await Data.open();
  if (data.splits().length === 0) {
    return; // nothing was measured
  }
  const explorer = new Explorer(data, root);
  explorer.build();
  explorer.read();
  await explorer.draw();
})();
