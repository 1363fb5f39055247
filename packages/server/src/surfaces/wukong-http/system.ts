import { Type } from 'typebox';
import { refuse } from '../../kernel/outcome.ts';
import { route, text, type WukongRoute } from './route.ts';

export const routeAddresses: WukongRoute = route({
  method: 'GET',
  path: '/route',
  doc: 'Where clients connect. `intranet=1` has no addresses of its own here, so all are empty.',
  example: {},
  open: true,
  schema: Type.Object({ uid: text, intranet: text }),
  handle: async (deps, query) => {
    const { tcp, ws, wss } = query.intranet === '1' ? { tcp: '', ws: '', wss: '' } : deps.addresses();
    return { body: { tcp_addr: tcp, ws_addr: ws, wss_addr: wss } };
  },
});

export const health: WukongRoute = route({
  method: 'GET',
  path: '/health',
  doc: 'ok while the store answers.',
  example: {},
  open: true,
  schema: Type.Object({}),
  handle: async (deps) => {
    try {
      await deps.log.lastId();
      return { body: { status: 'ok' } };
    } catch (error) {
      const refused = refuse('srv.store_unavailable', { error: String(error) }).refusal;
      return { refused, httpStatus: 500, extra: { status: 'error', message: 'the store does not answer' } };
    }
  },
});
