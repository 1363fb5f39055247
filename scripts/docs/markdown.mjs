// Pieces of a reference page.

export function page(title, intro, sections) {
  return [`# ${title}`, '<!-- Made by `npm run docs` from the code; changes here are lost. -->', ...intro, ...sections].join(
    '\n\n',
  );
}

export function section(title, parts) {
  return [`## \`${title}\``, ...parts.filter((part) => part !== '')].join('\n\n');
}

export function table(columns, rows) {
  return [columns, columns.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
}

export function fieldTable(schema) {
  const rows = fieldRows(schema, '');
  return rows.length === 0 ? '' : table(['field', 'type', 'meaning'], rows);
}

function fieldRows(schema, prefix) {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    [`\`${prefix}${name}\``, typeText(field), field.description ?? ''],
    ...fieldRows(field, `${prefix}${name}.`),
  ]);
}

/** A JSON schema in a few words. */
export function typeText(schema) {
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeText).join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.type === 'array') return `list of ${typeText(schema.items)}`;
  if (schema.type === 'string') return schema.maxLength === undefined ? 'text' : `text, at most ${schema.maxLength}`;
  if (schema.type !== 'integer') return schema.type ?? 'any';
  const { minimum, maximum } = schema;
  if (maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER)
    return minimum === undefined ? 'integer' : `integer from ${minimum}`;
  return `integer ${minimum ?? '…'}–${maximum}`;
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

export function example(title, value) {
  return [title, '```json', JSON.stringify(value, null, 2), '```'].join('\n');
}
