import type { ClientSurfaceDeps } from '../listen/client-deps.ts';
import type { ServerKeys } from './server-keys.ts';

export interface WkDeps extends ClientSurfaceDeps {
  readonly keys: ServerKeys;
}
