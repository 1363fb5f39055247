#!/usr/bin/env node
import { processTerminal } from './cli/process-terminal.ts';
import { runDoctor } from './cli/run.ts';

process.exitCode = await runDoctor(process.argv.slice(2), processTerminal());
