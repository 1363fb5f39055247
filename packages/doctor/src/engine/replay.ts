import { isJsonObject } from '@hufu/protocol/json-object';
import type { Facts, Seen } from '../model/facts.ts';
import { redact, showUrl } from '../tools/redact.ts';

/** Facts as `--save` wrote them; null when the text is something else. Somebody may have sent the file, so each member is looked at, and secrets are hidden once more. */
export function readFacts(text: string): Facts | null {
  try {
    const value: unknown = JSON.parse(text, (_, member: unknown) => (typeof member === 'string' ? redact(member, {}) : member));
    if (!isFacts(value)) return null;
    return { ...value, question: { ...value.question, url: showUrl(value.question.url) } };
  } catch {
    return null;
  }
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isFlag: Check = (value) => typeof value === 'boolean';
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && values.includes(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const mapOf =
  (check: Check): Check =>
  (value) =>
    isJsonObject(value) && Object.values(value).every(check);
const withMembers =
  (members: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isJsonObject(value) && Object.entries(members).every(([key, check]) => check(value[key]));
const isPlain: Check = (value) => isText(value) || isNumber(value) || isFlag(value);

/** What a fact of each kind holds besides `request` and `ms`. */
const KINDS: Readonly<Record<Seen['kind'], Check>> = {
  dns: withMembers({ addresses: listOf(withMembers({ address: isText, family: isNumber })), error: orNull(isText) }),
  tcp: withMembers({
    tries: listOf(withMembers({ address: isText, result: oneOf('ok', 'refused', 'timeout', 'reset', 'unreachable') })),
  }),
  tls: withMembers({
    result: oneOf('tls', 'plain', 'mute'),
    certificateError: orNull(isText),
    subject: isText,
    names: isText,
    validFrom: isText,
    validTo: isText,
  }),
  http: withMembers({ status: orNull(isNumber), headers: mapOf(isText), body: isText, error: orNull(isText) }),
  ws: withMembers({
    status: orNull(isNumber),
    headers: mapOf(isText),
    body: isText,
    frames: listOf(isText),
    close: orNull(withMembers({ code: isNumber, reason: isText, afterMs: isNumber })),
    error: orNull(isText),
  }),
  wk: withMembers({
    transport: oneOf('tcp', 'ws'),
    connack: orNull(withMembers({ reasonCode: isNumber, version: isNumber, timeDiffMs: isNumber, text: isText })),
    disconnect: orNull(withMembers({ reasonCode: isNumber, reason: isText })),
    strangeBytes: isText,
    closedAfterMs: orNull(isNumber),
    error: orNull(isText),
  }),
  note: withMembers({ values: mapOf(orNull(isPlain)) }),
  line: withMembers({ line: isNumber, times: isNumber, text: isText, values: mapOf(isText) }),
};

const isQuestion = withMembers({ target: isText, url: isText, active: isFlag, secrets: mapOf(isText), given: mapOf(isPlain) });
const isCommon = withMembers({ request: isText, ms: isNumber });

function isFacts(value: unknown): value is Facts {
  return withMembers({ schema: oneOf('hufu.doctor/1'), question: isQuestion, seen: mapOf(isSeen) })(value);
}

function isSeen(value: unknown): boolean {
  if (!isJsonObject(value) || !isCommon(value)) return false;
  const kind = value['kind'];
  return typeof kind === 'string' && isKind(kind) && KINDS[kind](value);
}

function isKind(kind: string): kind is Seen['kind'] {
  return Object.hasOwn(KINDS, kind);
}
