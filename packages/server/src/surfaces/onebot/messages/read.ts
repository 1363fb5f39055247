import { contentToSegments, payloadToSegments, type Segment } from '@hufu/protocol/onebot';
import type { User } from '../../../domain/model.ts';
import { shownName } from '../../../domain/users/shown-name.ts';
import type { OnebotDeps } from '../deps.ts';
import { imageForBot } from './handles.ts';

const MAX_MENTIONS = 500;

/** An event holds the content twice, and the receivers with the least room take a megabyte. */
const MAX_CONTENT_BYTES = 300 * 1024;

/** What a payload holds; undefined = no JSON. */
export function contentOf(payload: Uint8Array): unknown {
  try {
    const content: unknown = JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8'));
    return content;
  } catch {
    return undefined;
  }
}

/** A stored payload and its content as segments, with the accounts and files that it names looked up. */
export async function readSegments(
  deps: Pick<OnebotDeps, 'users' | 'files' | 'externalHttp'>,
  payload: Uint8Array,
  content: unknown,
): Promise<Segment[]> {
  if (payload.byteLength > MAX_CONTENT_BYTES) return [{ type: 'text', data: { text: `[消息过长 ${payload.byteLength} 字节]` } }];
  const users = await mentioned(deps, content);
  const resolvers = {
    numericOf: (uid: string) => users.get(uid)?.numericId,
    nameOf: (uid: string) => {
      const user = users.get(uid);
      return user === undefined ? undefined : shownName(user);
    },
    imageOf: (url: string) => imageForBot(deps, url),
  };
  const segments = content === undefined ? payloadToSegments(payload, resolvers) : contentToSegments(content, resolvers);
  return Promise.all(segments.map((segment) => withSize(deps, segment)));
}

/** CMD and the system tips of groups are for people's clients; they are no message to a bot. */
export function isForPeopleOnly(content: unknown): boolean {
  const type = typeof content === 'object' && content !== null && 'type' in content ? content.type : undefined;
  return typeof type === 'number' && (type === 99 || (type >= 1000 && type <= 2000));
}

async function mentioned(deps: Pick<OnebotDeps, 'users'>, content: unknown): Promise<Map<string, User>> {
  const users = new Map<string, User>();
  if (typeof content !== 'object' || content === null || !('mention' in content)) return users;
  const { mention } = content;
  const uids: unknown = typeof mention === 'object' && mention !== null && 'uids' in mention ? mention.uids : [];
  if (!Array.isArray(uids)) return users;
  for (const uid of uids.slice(0, MAX_MENTIONS) as unknown[]) {
    const user = typeof uid === 'string' ? (deps.users.peek(uid) ?? (await deps.users.get(uid))) : null;
    if (user !== null) users.set(user.uid, user);
  }
  return users;
}

/** `file_size` is a string, as LLOneBot has it; `subType` 0 = an ordinary picture. */
async function withSize(deps: Pick<OnebotDeps, 'files'>, segment: Segment): Promise<Segment> {
  const file = segment.data['file'];
  if (segment.type !== 'image' || typeof file !== 'string') return segment;
  const stored = await deps.files.open(file);
  const size = stored === null ? {} : { file_size: String(stored.size) };
  return { ...segment, data: { ...segment.data, ...size, subType: 0 } };
}
