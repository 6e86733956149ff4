"use strict";
// A heat map as a PNG file, for slides and papers: black on white whatever the page's colours are, at twice the page's resolution.

const IMAGE = { scale: 2, cell: [58, 34], font: "sans-serif", margin: 12, line: 18, legend: 12 };

/** The button that saves what drawMatrix shows. */
function saveButton(map) {
  const button = element("button", { type: "button", class: "save", "aria-label": "Save as PNG: " + map.title + ", " + map.subtitle }, "PNG");
  button.addEventListener("click", () =>
    drawImage(map).toBlob((blob) => {
      const url = URL.createObjectURL(blob);
      element("a", { href: url, download: imageName(map) }).click();
      setTimeout(() => URL.revokeObjectURL(url), 0);
    }, "image/png"));
  return button;
}

function imageName(map) {
  return (map.title + " " + map.subtitle).toLowerCase().replaceAll(/[^a-z0-9.]+/g, "-").replace(/-$/, "") + ".png";
}

function drawImage(map) {
  const [width, height] = IMAGE.cell;
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const measure = (text, font) => {
    context.font = font;
    return context.measureText(text).width;
  };
  const fonts = { title: `bold 15px ${IMAGE.font}`, text: `13px ${IMAGE.font}`, axis: `bold 13px ${IMAGE.font}` };
  const names = d3.max(map.rows, (name) => measure(name, fonts.text));
  const head = 2 * IMAGE.line + IMAGE.margin;
  const left = 2 * IMAGE.margin + IMAGE.line + names;
  const top = head + 2 * IMAGE.line + IMAGE.margin;
  const columnWidth = Math.max(width, ...map.columns.map((name) => measure(name, fonts.text) + 8));
  const inner = [map.columns.length * columnWidth, map.rows.length * height];
  const wide = Math.max(left + inner[0], measure(map.title, fonts.title) + IMAGE.margin, measure(map.subtitle, fonts.text) + IMAGE.margin) + IMAGE.margin;
  const high = top + inner[1] + 2 * IMAGE.margin + IMAGE.legend + IMAGE.line * (map.scale.verdicts?.length ?? 1);
  canvas.width = Math.ceil(wide * IMAGE.scale);
  canvas.height = Math.ceil(high * IMAGE.scale);
  context.scale(IMAGE.scale, IMAGE.scale);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, wide, high);
  const write = (text, x, y, font, align = "left", color = "#000") => {
    context.font = font;
    context.textAlign = align;
    context.textBaseline = "middle";
    context.fillStyle = color;
    context.fillText(text, x, y);
  };
  write(map.title, IMAGE.margin, IMAGE.margin + IMAGE.line / 2, fonts.title);
  write(map.subtitle, IMAGE.margin, IMAGE.margin + 1.5 * IMAGE.line, fonts.text);
  write(map.columnTitle, left + inner[0] / 2, head + IMAGE.line / 2, fonts.axis, "center");
  map.columns.forEach((name, j) => write(name, left + (j + 0.5) * columnWidth, head + 1.5 * IMAGE.line, fonts.text, "center"));
  context.save();
  context.translate(IMAGE.margin + IMAGE.line / 2, top + inner[1] / 2);
  context.rotate(-Math.PI / 2);
  write(map.rowTitle, 0, 0, fonts.axis, "center");
  context.restore();
  map.rows.forEach((name, i) => {
    write(name, left - IMAGE.margin / 2, top + (i + 0.5) * height, fonts.text, "right");
    map.columns.forEach((unused, j) => {
      const cell = map.at(i, j);
      const [x, y] = [left + j * columnWidth, top + i * height];
      const measured = cell && !Number.isNaN(cell.value) && !cell.open;
      context.fillStyle = measured ? map.scale.fill(cell.value) : "#eee";
      context.fillRect(x, y, columnWidth - 1, height - 1);
      if (cell) {
        write(cell.text, x + columnWidth / 2, y + height / 2, fonts.text, "center", measured ? map.scale.ink(cell.value) : "#000");
      }
    });
  });
  const legend = [left, top + inner[1] + IMAGE.margin];
  if (map.scale.verdicts) {
    drawImageVerdicts(context, map.scale.verdicts, legend, write, fonts.text);
  } else {
    drawImageLegend(context, map.scale, ...legend, Math.max(inner[0], 180), write, fonts.text);
  }
  return canvas;
}

function drawImageVerdicts(context, verdicts, [left, top], write, font) {
  verdicts.forEach((verdict, k) => {
    const y = top + k * IMAGE.line;
    context.fillStyle = verdict.color;
    context.fillRect(left, y, IMAGE.legend, IMAGE.legend);
    write(verdict.brief + ": " + verdict.text, left + IMAGE.legend + 6, y + IMAGE.legend / 2, font);
  });
}

function drawImageLegend(context, scale, left, top, width, write, font) {
  const steps = legendSteps(scale);
  steps.forEach((color, k) => {
    context.fillStyle = color;
    context.fillRect(left + (k * width) / steps.length, top, width / steps.length + 0.5, IMAGE.legend);
  });
  const last = scale.ticks.length - 1;
  scale.ticks.forEach((tick, k) =>
    write(legendTick(tick, k), left + (k * width) / last, top + IMAGE.legend + IMAGE.line / 2, font, k === 0 ? "left" : k === last ? "right" : "center"));
}
