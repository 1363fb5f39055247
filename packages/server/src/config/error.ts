/** A config that cannot be used: one line naming file, line, key and the nearest valid key. The process ends with code 2. */
export class ConfigError extends Error {}
