import { type FamilyTexts, text } from '../operator-text.ts';

export const srv: FamilyTexts<'srv'> = {
  'srv.overloaded': text(
    'The server is busy',
    'A queue of the server is full, so new work is refused instead of growing memory.',
    'Look at processor and disk of the machine, and at who sends most.',
    'Slow the sender down or give the machine a faster disk; limits.pendingMessages in hufu.yaml sets the length of the queue.',
  ),
  'srv.draining': text(
    'The server is shutting down',
    'The server got SIGTERM and takes no new work.',
    'See who stopped it: journalctl, or the log of the container.',
    'Start it again; clients come back by themselves.',
  ),
  'srv.store_unavailable': text(
    'Nothing can be stored',
    'The database refused the write: the disk is full, read-only or broken. Nothing was acknowledged that is not stored.',
    'See "fault" in the evidence, and run "df -h" on the data folder.',
    'Make room on the disk of the data folder, or move the folder and set HUFU_DATA_DIR; writing goes on by itself.',
  ),
  'srv.data_locked': text(
    'Another process uses the data folder',
    'Another Hufu (its pid is in the evidence) runs on the same data folder.',
    'Run "ps -p <pid>".',
    'Stop that process, or give this one its own folder with HUFU_DATA_DIR.',
  ),
  'srv.data_newer': text(
    'The data was written by a newer version',
    'The database has a newer form ("found") than this program knows ("known"), so it was not opened.',
    'Compare the version that ran before with this one.',
    'Start the newer version again, or restore a backup made by this one.',
  ),
  'srv.listener_taken': text(
    'The port is taken',
    'Another program listens on the address of this listener.',
    'Run "ss -ltnp" and look for the port.',
    'Stop that program, or take another port, 0 for any free one: listen: {http, tcp, ws} in hufu.yaml, or HUFU_LISTEN_HTTP, HUFU_LISTEN_TCP, HUFU_LISTEN_WS, as in HUFU_LISTEN_HTTP=127.0.0.1:5002 npm start',
  ),
  'srv.fault': text(
    'Something went wrong inside the server',
    'This is a bug, or a broken file of the installation. Nothing of the request was acknowledged.',
    'Search the log of the server for the request id.',
    'Report the request id and the lines of the log around it; the call may be repeated.',
  ),
};
