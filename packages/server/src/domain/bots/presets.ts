/** What follows from the framework that a client is for. */
export const PRESETS = {
  nonebot: { usualUrl: 'ws://127.0.0.1:8080/onebot/v11/ws', asyncRetcode: 1 },
  // Koishi throws at any other than 0.
  koishi: { usualUrl: 'ws://127.0.0.1:5140/onebot', asyncRetcode: 0 },
  aiocqhttp: { usualUrl: 'ws://127.0.0.1:8080/ws', asyncRetcode: 1 },
} as const;

export type Preset = keyof typeof PRESETS;

/** null for a framework of which nothing special is known. */
export function presetOf(name: string | null): Preset | null {
  return isPreset(name) ? name : null;
}

/** Whose usual path this is. */
export function presetAt(path: string): Preset | null {
  const isAt = (preset: Preset) => new URL(PRESETS[preset].usualUrl).pathname === path;
  return Object.keys(PRESETS).filter(isPreset).find(isAt) ?? null;
}

function isPreset(name: string | null): name is Preset {
  return name !== null && Object.hasOwn(PRESETS, name);
}
