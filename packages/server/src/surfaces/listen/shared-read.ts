import { Socket } from 'node:net';

/** Every read of every socket lands here; what is not used at once must be copied. */
const landing = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Gives an accepted socket's bytes to `onBytes` from one buffer that all sockets share. A plain `data` listener gets a buffer of its own per read, 64 KiB shrunk
 * to what came: at ten thousand small reads a second that is most of malloc's and the collector's work, and hundreds of megabytes of holes in the heap. The
 * bytes belong to `onBytes` only until it returns. `net.Server` cannot be told so, hence a second Socket takes over the first one's handle (see `onread` of
 * `net.connect`); where Node keeps no such handle, the accepted socket is used as it is.
 */
export function readShared(accepted: Socket, onBytes: (bytes: Buffer) => void): Socket {
  const handle: unknown = Reflect.get(accepted, '_handle');
  if (typeof handle !== 'object' || handle === null || !('useUserBuffer' in handle)) {
    accepted.on('data', onBytes);
    return accepted;
  }
  Reflect.set(accepted, '_handle', null);
  // Without its handle this only takes the socket off the server's count.
  accepted.destroy();
  const options: object = {
    handle,
    onread: {
      buffer: landing,
      callback(length: number) {
        onBytes(landing.subarray(0, length));
        return true;
      },
    },
  };
  return new Socket(options);
}
