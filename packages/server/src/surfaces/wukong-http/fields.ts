import { type TSchema, Type } from 'typebox';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';

/** Fields as back ends of WuKongIM send them: each may be absent or null, which is Go's zero value. */
export const text = (description: string) => Type.Optional(Type.String({ description }));
export const byte = (description: string) => Type.Optional(Type.Integer({ minimum: 0, maximum: 255, description }));
export const whole = (description: string) => Type.Optional(Type.Integer({ description }));
export const seq = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description }));
export const uids = (description: string) => Type.Optional(Type.Array(Type.String(), { description }));
/** Go's JSON writes bytes as base64 and reads an array of numbers too. */
export const bytes = (description: string) =>
  Type.Optional(Type.Union([Type.String(), Type.Array(Type.Integer({ minimum: 0, maximum: 255 }))], { description }));

/** Reads a {@link bytes} field; refuses what is no base64. */
export function bytesOf(field: string, value: string | readonly number[]): Outcome<Uint8Array> {
  if (typeof value !== 'string') return ok(Uint8Array.from(value));
  const base64 = value.replace(/[\r\n]/g, '');
  return base64.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(base64)
    ? ok(Buffer.from(base64, 'base64'))
    : refuse('http.bad_body', { field, reason: 'is not base64' });
}

/** Drops null fields, and reads null in a list as its zero value, as Go does; unknown fields stay, nobody reads them. */
export function withoutNulls(schema: TSchema, input: unknown): unknown {
  if (input === null || input === undefined) return {};
  if (typeof input !== 'object' || Array.isArray(input)) return input;
  const properties = 'properties' in schema ? (schema.properties as Readonly<Record<string, TSchema>>) : {};
  return Object.fromEntries(
    Object.entries(input)
      .filter(([, value]) => value !== null)
      .map(([key, value]: [string, unknown]) => [key, Object.hasOwn(properties, key) ? zeroed(properties[key], value) : value]),
  );
}

function zeroed(schema: TSchema | undefined, value: unknown): unknown {
  if (schema === undefined) return value;
  if (Array.isArray(value)) {
    const zero = 'items' in schema && typeOf(schema.items) === 'string' ? '' : 0;
    return value.map((item: unknown) => item ?? zero);
  }
  return typeOf(schema) === 'object' ? withoutNulls(schema, value) : value;
}

function typeOf(schema: unknown): unknown {
  return typeof schema === 'object' && schema !== null && 'type' in schema ? schema.type : undefined;
}

export function isBlank(value: string): boolean {
  return value.trim() === '';
}
