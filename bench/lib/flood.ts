import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { encodeFrame } from '@hufu/protocol/wkproto';
import { createKeyPair } from '@hufu/protocol/wkproto/crypto';

/** Worker: strangers who connect with a wrong token again and again, so many at a time, until a message ends them. Answers how often they were refused. */
const { tcp, strangers } = workerData as { tcp: string; strangers: number };
const [host = '', port = ''] = tcp.split(':');
const knock = encodeFrame(
  {
    type: 'connect',
    version: 5,
    deviceFlag: 0,
    deviceId: 'stranger',
    uid: 's0',
    token: 'not the token',
    clientTimestamp: 0n,
    clientKey: createKeyPair().publicKey,
  },
  5,
);
let refused = 0;
let stopping = false;
parentPort?.once('message', () => {
  stopping = true;
  parentPort?.postMessage(refused);
  parentPort?.close();
});

function visit(): void {
  if (stopping) return;
  const socket = connect(Number(port), host, () => socket.write(knock));
  // Refused: CONNACK, then the server closes.
  socket.once('data', () => {
    refused += 1;
    socket.destroy();
  });
  socket.on('error', () => undefined);
  socket.once('close', visit);
}
for (let one = 0; one < strangers; one += 1) visit();
