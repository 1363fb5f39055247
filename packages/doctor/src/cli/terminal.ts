import type { SecretSources } from './secrets.ts';

/** What the command needs of the process, so that a test can bring its own. */
export interface Terminal extends SecretSources {
  out(text: string): void;
  err(text: string): void;
  /** Progress is shown on a terminal only. */
  readonly interactive: boolean;
  readonly version: string;
}
