import { resolve } from 'node:path';
import type { Refusal } from '@hufu/refusals';
import type { Config } from '../config/schema.ts';
import type { Log } from '../kernel/log.ts';
import { type Core, composeCore } from './compose.ts';
import { listenControl } from './control.ts';
import { listenAll, type Listeners, type Places, placesOf } from './listeners.ts';
import { openLog } from './log.ts';
import { type Addresses, composeSurfaces } from './surfaces.ts';

export interface RunningServer {
  /** Where each listener really listens; null for one that is off or taken. */
  readonly places: Places;
  /** The address that people open, without a slash at its end. */
  readonly pageUrl: string;
  /** The admin secret that this start made, to be shown once. */
  readonly firstSecret: string | null;
  readonly core: Core;
  /** Drains and closes everything; the process itself goes on. */
  stop(): Promise<void>;
}

export type Started = { readonly ok: true; readonly server: RunningServer } | { readonly ok: false; readonly refusal: Refusal };

export interface StartOptions {
  readonly config: Config;
  readonly version: string;
  /** In another program (a test): where the log goes. */
  readonly log?: Log;
}

/** Opens the data, the surfaces, then the listeners. On a failure everything already open is closed again. */
export async function startServer(input: StartOptions): Promise<Started> {
  const config = { ...input.config, dataDir: resolve(input.config.dataDir) };
  const log: Log = input.log ?? openLog(config.logLevel);
  for (const note of config.notes) log.warn({}, note);
  const composed = await composeCore(config, log);
  if (!composed.ok) return composed;
  const core = composed.value;
  if (core.adminSecret.isWeak) log.warn({ event: 'admin_secret.weak' }, 'the admin secret that was given can be guessed');
  const addresses: Addresses = { http: '', tcp: '', ws: '', wss: config['external.wss'], own: [] };
  const surfaces = composeSurfaces({ core, config, version: input.version, log, addresses });
  await surfaces.app.ready();

  const open: { close(): Promise<void> }[] = [];
  const stop = async () => {
    await Promise.all(surfaces.botProtocols.map((protocol) => protocol.stop()));
    surfaces.wkproto.stop();
    surfaces.jsonrpc.stop();
    await Promise.all(open.map((one) => one.close()));
    await surfaces.app.close();
    core.delivery.stop();
    await surfaces.refusals.idle();
    await core.decisions.close();
    await core.decisionStore.close();
    await core.store.close();
  };

  const bound = await listenAll(config, surfaces, log);
  if (!bound.ok) {
    await stop();
    return bound;
  }
  open.push(...bound.value.values());
  const control = await listenControl(config.dataDir, core.decisions);
  if (!control.ok) {
    await stop();
    return control;
  }
  open.push(control.value);
  const kept = await core.adminSecret.keep();
  if (!kept.ok) {
    await stop();
    return kept;
  }
  tellAddresses(config, addresses, bound.value);
  for (const protocol of surfaces.botProtocols) void protocol.start();
  const places = placesOf(bound.value);
  return { ok: true, server: { places, pageUrl: addresses.http, firstSecret: core.adminSecret.generated, core, stop } };
}

function tellAddresses(config: Config, addresses: Addresses, listeners: Listeners): void {
  const at = (name: 'http' | 'tcp' | 'ws') => listeners.get(name)?.address ?? '';
  addresses.http = (config['external.http'] || `http://${at('http')}`).replace(/\/$/, '');
  addresses.tcp = config['external.tcp'] || at('tcp');
  addresses.ws = config['external.ws'] || (listeners.has('ws') ? `ws://${at('ws')}` : '');
  addresses.own = [...listeners.values()].map((listener) => listener.address);
}
