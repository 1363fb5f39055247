import type { Preset } from '../../../domain/bots/presets.ts';

/** What to paste for one framework. */
export interface Snippet {
  readonly framework: Preset;
  readonly files: readonly { readonly path: string; readonly content: string }[];
  readonly steps: readonly SnippetStep[];
}

export interface SnippetStep {
  readonly zh: string;
  readonly en: string;
  /** To be typed in a terminal, or said to the bot. */
  readonly command?: string;
}

export interface SnippetInput {
  readonly token: string;
  /** OneBot's self id. */
  readonly numericId: number;
  /** The address that we dial and the framework listens on. */
  readonly url: URL;
}

/** Where the framework has to listen, so that we reach it at `url`. */
export function listenAt(url: URL): { readonly host: string; readonly port: number } {
  const standard = url.protocol === 'wss:' ? 443 : 80;
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const loopback = /^(127(\.\d+){3}|::1)$/.test(name) ? name : name === 'localhost' ? '127.0.0.1' : null;
  return { host: loopback ?? '0.0.0.0', port: url.port === '' ? standard : Number(url.port) };
}
