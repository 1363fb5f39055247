import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { createLocalBus } from '../bus/local.ts';
import type { SendPorts } from '../domain/messages/send-message.ts';
import type { Log } from '../kernel/log.ts';
import { ok, type Outcome } from '../kernel/outcome.ts';
import { createFileStore } from '../media/files.ts';
import { openAdminSecret } from '../policy/credentials/admin-secret.ts';
import { createBotTokens } from '../policy/credentials/bot-token.ts';
import { openKeyring } from '../policy/credentials/keyring.ts';
import { LoginLock } from '../policy/credentials/login-lock.ts';
import { DecisionRecorder } from '../policy/decisions/recorder.ts';
import { AppendQueue } from '../runtime/append-queue.ts';
import { ChannelCache } from '../runtime/channel-cache.ts';
import { DeliveryLoop } from '../runtime/delivery.ts';
import { Hub } from '../runtime/hub.ts';
import { Notifier } from '../runtime/notifier.ts';
import { UserCache } from '../runtime/user-cache.ts';
import { openDecisionStore } from '../store/sqlite/decisions.ts';
import { openSqliteStore } from '../store/sqlite/open.ts';
import { createAuth } from '../surfaces/api/index.ts';
import { BotClients } from './bot-clients.ts';

export type Core = Extract<Awaited<ReturnType<typeof composeCore>>, { ok: true }>['value'];

const MAX_USERS = 200_000;
const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** The object graph without its surfaces: store, bus, caches, policy, delivery. Read from top to bottom, it is the whole server. */
export async function composeCore(config: Config, log: Log) {
  const store = await openSqliteStore({ dataDir: config.dataDir, cacheMb: config['store.cacheMegabytes'] });
  if (!store.ok) return store satisfies Outcome<never>;
  const { directory, log: messages } = store.value;

  const opened = await openDecisionStore({ dataDir: config.dataDir });
  if (!opened.ok) {
    await store.value.close();
    return opened satisfies Outcome<never>;
  }
  const decisionStore = opened.value;
  const decisions = new DecisionRecorder(decisionStore, log, {
    isSecret: (word) => adminSecret.matches(word) || botTokens.clientOf(word) !== undefined,
  });
  const keyring = openKeyring(config.dataDir);
  const adminSecret = await openAdminSecret(directory, keyring, config.adminSecret);

  const bus = createLocalBus();
  const users = new UserCache(directory, bus, MAX_USERS);
  const channels = new ChannelCache(directory, config['cache.channelMegabytes'] * 1024 * 1024);
  bus.onChanges((changes) => {
    users.apply(changes);
    channels.apply(changes);
  });

  const hub = new Hub();
  const delivery = new DeliveryLoop({ log: messages, bus, hub, channels, users, events: log });
  const queue = new AppendQueue(messages, bus, { maxPending: config['limits.pendingMessages'], events: log });
  const send: SendPorts = {
    channels,
    users,
    append: (draft) => queue.append(draft),
    passOn: (draft) => queue.pass(draft, (message) => delivery.passOn(message)),
    rules: { friendsOnly: config['messages.friendsOnly'], maxPayloadBytes: config['messages.maxPayloadBytes'] },
    now: Date.now,
  };
  const botClients = new BotClients(keyring);
  const botTokens = createBotTokens(() => botClients.all(), { keyring, users, adminSecret });
  const loaded = await botClients.load(config.bots, { directory, bus }, () => botTokens.changed());
  if (!loaded.ok) {
    // A thread that stays open would keep the process from ending.
    await Promise.all([decisionStore.close(), store.value.close()]);
    return loaded satisfies Outcome<never>;
  }

  const auth = createAuth({ directory, users, keyring, adminSecret, botTokens, lock: new LoginLock(), now: Date.now });
  const files = createFileStore({ dir: join(config.dataDir, 'files'), maxBytes: MAX_FILE_BYTES });
  const notifier = new Notifier(hub, channels, users);
  bus.onChanges((changes) => notifier.onChanges(changes));
  decisions.onRecorded((readerUid, requestId, code) =>
    notifier.toUser(readerUid, { type: 'refusal.recorded', data: { requestId, code } }),
  );
  await delivery.start();

  return ok({
    store: store.value,
    directory,
    messages,
    decisions,
    decisionStore,
    keyring,
    adminSecret,
    bus,
    users,
    channels,
    hub,
    delivery,
    send,
    botClients,
    botTokens,
    auth,
    files,
    notifier,
    maxFileBytes: MAX_FILE_BYTES,
  });
}
