import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { type Outcome, ok, refuse } from '../../kernel/outcome.ts';

const derive = promisify(argon2);
const COST = { parallelism: 1, memory: 19_456, passes: 2, tagLength: 32 };
const AT_ONCE = 2;

let running = 0;
const waiting: (() => void)[] = [];

/** `argon2id$memory$passes$salt$tag`, Base64. At most two are computed at a time; more than 200 waiting are refused. */
export async function makeVerifier(password: string): Promise<Outcome<string>> {
  if (password.length < 8 || password.length > 256)
    return refuse('http.bad_body', { field: 'password', reason: '8 to 256 characters' });
  const salt = randomBytes(16);
  const tag = await limited(() => hashOf(password, salt));
  if (!tag.ok) return tag;
  return ok(`argon2id$${COST.memory}$${COST.passes}$${salt.toString('base64')}$${tag.value.toString('base64')}`);
}

const NOBODY = `argon2id$${COST.memory}$${COST.passes}$${Buffer.alloc(16).toString('base64')}$${Buffer.alloc(32).toString('base64')}`;

/** The same work for a uid without a password. */
export async function verifyPassword(password: string, verifier: string | null): Promise<Outcome<boolean>> {
  const [, , , salt = '', tag = ''] = (verifier ?? NOBODY).split('$');
  const computed = await limited(() => hashOf(password.slice(0, 256), Buffer.from(salt, 'base64')));
  if (!computed.ok) return computed;
  const expected = Buffer.from(tag, 'base64');
  return ok(verifier !== null && expected.length === computed.value.length && timingSafeEqual(expected, computed.value));
}

function hashOf(password: string, salt: Buffer): Promise<Buffer> {
  return derive('argon2id', { message: Buffer.from(password, 'utf8'), nonce: salt, ...COST });
}

async function limited<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  if (running < AT_ONCE) running += 1;
  else {
    if (waiting.length >= 200) return refuse('srv.overloaded', undefined, 5);
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  try {
    return ok(await work());
  } finally {
    // The place goes to the next one that waits, so a newcomer cannot slip in between.
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}
