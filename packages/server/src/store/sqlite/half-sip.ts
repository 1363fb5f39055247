export interface HashSeed {
  readonly k0: number;
  readonly k1: number;
}
export interface Hash64 {
  high: number;
  low: number;
}

const answer: Hash64 = { high: 0, low: 0 };

/**
 * HalfSipHash-1-3 with a 64-bit result (Aumasson, Bernstein), in 32-bit arithmetic: keyed, so that nobody who chooses clientMsgNo can
 * make keys collide. The answer object is reused by the next call. Never 0·0.
 */
export function hashKey(seed: HashSeed, sender: number, ch: number, no: Uint8Array, start = 0, end = no.length): Hash64 {
  let v0 = seed.k0 | 0;
  let v1 = (seed.k1 ^ 0xee) | 0;
  let v2 = (seed.k0 ^ 0x6c796765) | 0;
  let v3 = (seed.k1 ^ 0x74656462) | 0;
  const words = (end - start) >> 2;
  // Words: sender, channel, the text, then its rest with the length in the top byte; then three closing rounds, twice.
  for (let step = 0; step < words + 9; step++) {
    let m = 0;
    if (step === 0) m = sender | 0;
    else if (step === 1) m = ch | 0;
    else if (step < words + 2) {
      const at = start + (step - 2) * 4;
      m = (no[at] ?? 0) | ((no[at + 1] ?? 0) << 8) | ((no[at + 2] ?? 0) << 16) | ((no[at + 3] ?? 0) << 24);
    } else if (step === words + 2) {
      m = ((end - start) << 24) | 0;
      for (let i = start + words * 4, shift = 0; i < end; i++, shift += 8) m |= (no[i] ?? 0) << shift;
    } else if (step === words + 3) v2 ^= 0xee;
    else if (step === words + 6) {
      answer.high = (v1 ^ v3) >>> 0;
      v1 ^= 0xdd;
    }
    v3 ^= m;
    v0 = (v0 + v1) | 0;
    v1 = (v1 << 5) | (v1 >>> 27);
    v1 ^= v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = (v3 << 8) | (v3 >>> 24);
    v3 ^= v2;
    v0 = (v0 + v3) | 0;
    v3 = (v3 << 7) | (v3 >>> 25);
    v3 ^= v0;
    v2 = (v2 + v1) | 0;
    v1 = (v1 << 13) | (v1 >>> 19);
    v1 ^= v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= m;
  }
  answer.low = (v1 ^ v3) >>> 0;
  if (answer.low === 0 && answer.high === 0) answer.low = 1;
  return answer;
}
