export { processTerminal } from './cli/process-terminal.ts';
export { runDoctor, type Terminal } from './cli/run.ts';
