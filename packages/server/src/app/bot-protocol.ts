import type { BotClientState } from '../surfaces/api/index.ts';
import type { UpgradeRoute } from '../surfaces/listen/upgrade.ts';

/** A protocol for bots, as the server starts, stops and shows it. */
export interface BotProtocol {
  /** The one that matches `/` is for the listeners of this protocol alone; the others are served on the public port too. */
  readonly upgradeRoutes: readonly UpgradeRoute[];
  start(): Promise<void>;
  stop(): Promise<void>;
  /** null for a client of another protocol. */
  stateOf(clientId: string): BotClientState | null;
  /** Dials again now. */
  retry(clientId: string): void;
}
