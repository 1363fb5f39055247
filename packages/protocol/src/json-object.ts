export type JsonObject = Readonly<Record<string, unknown>>;

/** Of a parsed JSON value: neither null, nor an array, nor a scalar. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
