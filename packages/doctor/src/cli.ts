export { processTerminal } from './cli/process-terminal.ts';
export { runDoctor } from './cli/run.ts';
export type { Terminal } from './cli/terminal.ts';
