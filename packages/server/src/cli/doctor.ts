import { processTerminal, runDoctor } from '@hufu/doctor/cli';

/** `hufu doctor …`: the same command as the package of its own. */
export function doctor(args: readonly string[]): Promise<number> {
  return runDoctor(args, processTerminal());
}
