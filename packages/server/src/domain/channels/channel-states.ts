import type { ChannelState } from '../model.ts';

/** Channel state in memory. `peek` is for the hot path and never waits; `load` reads it once and keeps it. */
export interface ChannelStates {
  peek(type: number, id: string): ChannelState | undefined;
  load(type: number, id: string): Promise<ChannelState | null>;
  /** By the channel's integer, for delivery. */
  peekInt(ch: number): ChannelState | undefined;
  loadInt(ch: number): Promise<ChannelState | null>;
}
