import type { ConnectFrame } from '@hufu/protocol/wkproto';

const LATEST_VERSION = 5;

/** The lower of the two latest versions. A client that says 0 reads the layout of version 1. */
export function spokenVersion({ version }: ConnectFrame): number {
  return Math.min(Math.max(version, 1), LATEST_VERSION);
}
