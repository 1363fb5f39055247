import { randomBytes } from 'node:crypto';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import type { BotClient, User } from '../model.ts';
import type { Directory } from '../ports.ts';
import { type ChangeBus, publish } from '../publish.ts';
import { checkName } from '../users/account-rules.ts';
import type { Preset } from './presets.ts';

const MAX_CLIENTS_PER_BOT = 16;

export interface BotClientPorts {
  readonly directory: Pick<Directory, 'botClients' | 'saveBotClient' | 'removeBotClient'>;
  readonly bus: ChangeBus;
}

/** What a person may choose of a client; the token comes hashed (forward: it must be presented) or sealed (reverse: we present it). */
export interface ClientCommand {
  readonly kind: 'forward' | 'reverse';
  readonly name: string;
  readonly preset: Preset | null;
  readonly url: string | null;
  readonly tokenHash: Uint8Array | null;
  readonly sealedToken: Uint8Array | null;
}

export type ClientPatch = Partial<Pick<BotClient, 'url' | 'tokenHash' | 'sealedToken' | 'enabled'>>;

/** Configures one more OneBot client for a bot. Refuses `limit.objects`, `http.bad_body` (name taken, url wrong). */
export async function addClient(ports: BotClientPorts, bot: User, command: ClientCommand): Promise<Outcome<BotClient>> {
  const name = checkName('name', command.name);
  if (!name.ok) return name;
  const url = checkClientUrl(command.kind, command.url);
  if (!url.ok) return url;
  const present = await clientsOf(ports, bot.uid);
  if (present.length >= MAX_CLIENTS_PER_BOT) return refuse('limit.objects', { object: 'clients', limit: MAX_CLIENTS_PER_BOT });
  if (present.some((client) => client.name === name.value))
    return refuse('http.bad_body', { field: 'name', reason: 'the bot has a client of this name' });
  const client: BotClient = {
    id: randomBytes(9).toString('base64url'),
    botUid: bot.uid,
    name: name.value,
    preset: command.preset,
    kind: command.kind,
    url: url.value,
    tokenHash: command.tokenHash,
    sealedToken: command.sealedToken,
    format: 'array',
    heartbeatMs: 30_000,
    queryToken: false,
    replayMaxEvents: 1000,
    replayMaxAgeSeconds: 600,
    enabled: true,
    fromFile: false,
  };
  return publish(ports.bus, await ports.directory.saveBotClient(client));
}

/** Changes a stored client; those of the config file are changed there (`scope.role_required`). */
export async function changeClient(ports: BotClientPorts, client: BotClient, patch: ClientPatch): Promise<Outcome<BotClient>> {
  if (client.fromFile) return refuse('scope.role_required', { needed: 'the operator: this client is declared in hufu.yaml' });
  const url = patch.url === undefined ? ok(client.url) : checkClientUrl(client.kind, patch.url);
  if (!url.ok) return url;
  return publish(ports.bus, await ports.directory.saveBotClient({ ...client, ...patch, url: url.value }));
}

export async function dropClient(ports: BotClientPorts, client: BotClient): Promise<Outcome<void>> {
  if (client.fromFile) return refuse('scope.role_required', { needed: 'the operator: this client is declared in hufu.yaml' });
  return publish(ports.bus, await ports.directory.removeBotClient(client.id));
}

export async function clientsOf(ports: Pick<BotClientPorts, 'directory'>, botUid: string): Promise<readonly BotClient[]> {
  return (await ports.directory.botClients()).filter((client) => client.botUid === botUid);
}

/** A reverse client needs the ws address that we dial; a forward one has none. Credentials belong into the token, which is kept sealed, never into the address. */
export function checkClientUrl(kind: BotClient['kind'], url: string | null): Outcome<string | null> {
  if (kind === 'forward') return ok(null);
  const parsed = url === null || url.length > 1024 ? null : URL.parse(url);
  if (parsed === null || !/^wss?:$/.test(parsed.protocol) || parsed.hostname === '') {
    return refuse('http.bad_body', { field: 'url', reason: 'must be a ws:// or wss:// address' });
  }
  if (parsed.username !== '' || parsed.password !== '')
    return refuse('http.bad_body', { field: 'url', reason: 'must not hold a user name or password' });
  if (parsed.searchParams.has('access_token'))
    return refuse('http.bad_body', {
      field: 'url',
      reason: 'must not hold access_token: the token is sent in the Authorization header',
    });
  return ok(parsed.href);
}
