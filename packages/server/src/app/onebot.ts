import type { Config } from '../config/schema.ts';
import type { Log } from '../kernel/log.ts';
import { type BotClientState, createOnebotSurface, type OnebotRefusalSeen } from '../surfaces/onebot/index.ts';
import type { BotProtocol } from './bot-protocol.ts';
import type { Core } from './compose.ts';
import { diagnoseDial } from './diagnose-dial.ts';
import { headerFacts, type Refusals } from './refusals.ts';
import type { Addresses } from './surfaces.ts';

/** The OneBot surface, wired. Deleting this file, its folder and its line in surfaces.ts leaves a server without it. */
export function composeOnebot(input: {
  core: Core;
  config: Pick<Config, 'onebot.authReply' | 'onebot.appName' | 'onebot.maxFrameBytes'>;
  addresses: Addresses;
  version: string;
  log: Log;
  refusals: Refusals;
}): BotProtocol {
  const { core, config, addresses, version, log } = input;
  const surface = createOnebotSurface({
    users: core.users,
    channels: core.channels,
    directory: core.directory,
    log: core.messages,
    hub: core.hub,
    position: () => core.delivery.cursor,
    send: core.send,
    files: core.files,
    clients: async () => core.botClients.all(),
    identify: (token) => core.botTokens.identify(token),
    openToken: (sealed) => core.keyring.open(sealed),
    decisions: {
      record: (seen) => recordRefusal(core, input.refusals, seen),
      addEvidence: (id, evidence, code) => core.decisions.addEvidence(id, { evidence, ...(code === undefined ? {} : { code }) }),
    },
    diagnose: diagnoseDial,
    externalHttp: () => addresses.http,
    ownAddresses: () => addresses.own,
    authReply: config['onebot.authReply'],
    appName: config['onebot.appName'],
    maxFrameBytes: config['onebot.maxFrameBytes'],
    version,
    events: log,
    now: Date.now,
  });
  core.bus.onChanges((changes) => surface.applyChanges(changes));
  surface.onState((clientId, state) => tellOwner(core, clientId, state));
  return surface;
}

/** The owner's pages show how the program is connected as it changes. */
function tellOwner(core: Core, clientId: string, state: BotClientState): void {
  const client = core.botClients.all().find((one) => one.id === clientId);
  if (client === undefined) return;
  const ownerUid = core.users.peek(client.botUid)?.ownerUid ?? null;
  if (ownerUid === null) return;
  const data = { botUid: client.botUid, id: clientId, url: client.url, ...state };
  core.notifier.toUser(ownerUid, { type: 'botclient.state', data });
}

function recordRefusal(core: Core, refusals: Refusals, seen: OnebotRefusalSeen): string {
  const { refusal, presentedToken } = seen;
  const requestId = core.decisions.record({
    refusal,
    surface: 'onebot',
    listener: seen.listener,
    peer: seen.peer,
    subjectOfCall: `${seen.method} ${seen.path}`,
    claimed: {
      ...(seen.botUid === null ? {} : { botUid: seen.botUid }),
      ...(seen.client === null ? {} : { client: seen.client }),
    },
    facts: seen.headers === undefined ? {} : headerFacts(seen.headers),
    readerUid: seen.ownerUid,
    answer: seen.answer,
  });
  if (refusal.code === 'cred.unknown' && presentedToken !== null) refusals.botToken(requestId, presentedToken);
  return requestId;
}
