// Prints an Arrow file as JSON: schema, metadata, number of rows in each batch, values from FIRST_ROW (0) on.
// Usage: node read.mjs FILE [FIRST_ROW]
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// By require, not import: that one also looks where NODE_PATH says
const { tableFromIPC } = createRequire(import.meta.url)('apache-arrow');

const [file, firstRow = '0'] = process.argv.slice(2);
const table = tableFromIPC(readFileSync(file));
const rows = Array.from({ length: table.numRows - firstRow }, (_, i) => i + Number(firstRow));

const pairs = (map) => Object.fromEntries(map);
const describe = (field) => ({
  name: field.name,
  type: String(field.type),
  nullable: field.nullable,
  metadata: pairs(field.metadata),
});
const plain = (value) => {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return Array.from(value, plain); // a tensor
};

console.log(JSON.stringify({
  metadata: pairs(table.schema.metadata),
  fields: table.schema.fields.map(describe),
  batches: table.batches.map((batch) => batch.numRows),
  columns: Object.fromEntries(table.schema.fields.map((field) => {
    const column = table.getChild(field.name);
    return [field.name, rows.map((row) => plain(column.get(row)))];
  })),
}));
