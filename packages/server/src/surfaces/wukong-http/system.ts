import { Type } from 'typebox';
import { refuse } from '../../kernel/outcome.ts';
import { text } from './fields.ts';
import { route, type WukongRoute } from './route.ts';

export const routeAddresses: WukongRoute = route({
  method: 'GET',
  path: '/route',
  doc: 'Where clients connect: the `external` addresses of the configuration, else where the listeners are, under the host that this request named. A listener that is off has an empty address.',
  example: {
    request: { uid: 'alice' },
    answer: { tcp_addr: '127.0.0.1:5100', ws_addr: 'ws://127.0.0.1:5200', wss_addr: '' },
  },
  schema: Type.Object({
    uid: text('Taken and not read: every client may connect anywhere.'),
    intranet: text('1: the addresses of an inner network; there are none, so all are empty.'),
  }),
  handle: async (deps, query, caller) => {
    const none = { tcp: '', ws: '', wss: '' };
    const { tcp, ws, wss } = query.intranet === '1' ? none : deps.addresses(caller.headers.host ?? '');
    return { body: { tcp_addr: tcp, ws_addr: ws, wss_addr: wss } };
  },
});

export const health: WukongRoute = route({
  method: 'GET',
  path: '/health',
  doc: '`ok` while the store answers; HTTP 500 with `status` "error" when it does not.',
  example: { request: {}, answer: { status: 'ok' } },
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
