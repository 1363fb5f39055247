import { ADMIN_SECRET, call, type TestServer } from './server.ts';

/** A person made by the operator and signed in, for calls to the API that the page uses. */
export async function newPerson(server: TestServer, uid: string) {
  const password = 'password-of-the-test';
  await call(server, '/api/v1/users', { Authorization: `Bearer ${ADMIN_SECRET}` }, { uid, name: uid, password });
  const login = await call(server, '/api/v1/auth/login', {}, { uid, password });
  return { headers: { Authorization: `Bearer ${String(login.body.token)}` } };
}
