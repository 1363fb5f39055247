import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '../../../..');
const FILES = globSync('packages/*/src/**/*.{ts,vue}', { cwd: ROOT }).map((path) => path.replaceAll('\\', '/'));
const SPECIFIER = /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g;

/** Which places a place may import from. A place is a package, or in the server a folder of `src`. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  refusals: [],
  protocol: ['refusals'],
  doctor: ['protocol', 'refusals'],
  client: ['protocol', 'refusals'],
  web: ['client', 'refusals'],
  'server/kernel': ['refusals'],
  'server/domain': ['server/kernel', 'refusals'],
  'server/policy': ['server/kernel', 'server/domain', 'refusals'],
  'server/runtime': ['server/kernel', 'server/domain', 'refusals'],
  'server/surfaces': ['server/kernel', 'server/policy', 'server/domain', 'server/runtime', 'protocol', 'refusals'],
  'server/config': ['server/kernel', 'refusals'],
  'server/store': ['server/kernel', 'server/domain', 'protocol', 'refusals'],
  'server/bus': ['server/kernel', 'server/domain', 'protocol', 'refusals'],
  'server/media': ['server/kernel', 'server/domain', 'protocol', 'refusals'],
  'server/cli': ['server/app', 'server/config', 'server/kernel', 'doctor', 'refusals'],
  'server/main.ts': ['server/cli', 'server/config'],
};

const WHERE: Readonly<Record<string, string>> = {
  'server/store': 'ask for it through a port of domain/ports.ts that app wires',
  'server/bus': 'ask for it through a port of domain/ports.ts that app wires',
  'server/config': 'declare an options type of your own and let app/compose.ts pass the values',
  'server/app': 'nobody imports app: take what you need as a parameter and let app pass it',
  'server/cli': 'nobody imports cli: move the shared part to the layer that owns it',
  'server/surfaces': 'what surfaces share belongs in domain, policy, runtime or surfaces/listen',
  'server/policy': 'take the decision as a parameter; app wires policy in',
  'server/runtime': 'declare a port in domain/ports.ts and let app wire runtime in',
  doctor: 'ask it through a port that app wires',
};

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly target: string;
  /** Erased at run time, so it closes no cycle there. */
  readonly typeOnly?: boolean;
}

function edgesOf(file: string): Edge[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(SPECIFIER)].flatMap((match) => {
    const to = match[1] ?? match[2] ?? '';
    const typeOnly = /^\s*(?:import|export)\s+type\b/.test(match[0]);
    if (to.startsWith('@hufu/')) return [{ from: file, to, target: `packages/${to.split('/')[1]}/src/index.ts`, typeOnly }];
    if (to.startsWith('.'))
      return [{ from: file, to, target: relative(ROOT, resolve(ROOT, dirname(file), to)).replaceAll('\\', '/'), typeOnly }];
    return [];
  });
}

/** `server/domain`, `server/main.ts`, `protocol` … */
function placeOf(file: string): string {
  const [, name = '', , folder = ''] = file.split('/');
  return name === 'server' ? `server/${folder}` : name;
}

const surfaceOf = (file: string) => /^packages\/server\/src\/surfaces\/([^/]+)\//.exec(file)?.[1];

function complaintOf(edge: Edge): string | null {
  const from = placeOf(edge.from);
  const to = placeOf(edge.target);
  if (from === to && from !== 'server/surfaces') return null;
  if (from === to) {
    const [own, other] = [surfaceOf(edge.from), surfaceOf(edge.target)];
    if (own === other || other === 'listen') return null;
    return `${edge.from} imports ${edge.to}: surfaces/${own} may not import surfaces/${other}; ${WHERE['server/surfaces']}`;
  }
  if (from === 'server/app' && to !== 'server/cli') return null;
  if (MAY[from]?.includes(to) === true) return null;
  const where = WHERE[to] ?? 'move the code to the layer that owns it';
  return `${edge.from} imports ${edge.to}: ${from} may import only ${MAY[from]?.join(', ') || 'nothing'}; ${where}`;
}

const EDGES = FILES.flatMap(edgesOf);

test('every import follows the directions of the layers', () => {
  assert.ok(EDGES.length > 100, 'imports are found at all');
  const complaints = EDGES.flatMap((edge) => complaintOf(edge) ?? []);
  assert.deepEqual(complaints, [], `\n${complaints.join('\n')}\n`);
});

test('the rules catch what they forbid', () => {
  const server = 'packages/server/src';
  const edge = (from: string, target: string) =>
    complaintOf({ from: `${server}/${from}`, to: target, target: `${server}/${target}` });
  assert.match(edge('surfaces/onebot/a.ts', 'surfaces/api/b.ts') ?? '', /surfaces\/onebot may not import surfaces\/api/);
  assert.match(edge('surfaces/onebot/a.ts', 'store/sqlite/b.ts') ?? '', /through a port/);
  assert.match(edge('domain/a.ts', 'app/compose.ts') ?? '', /nobody imports app/);
  assert.equal(edge('surfaces/onebot/a.ts', 'surfaces/listen/b.ts'), null);
  assert.equal(edge('app/a.ts', 'store/sqlite/b.ts'), null);
});

test('no import cycle', () => {
  const next = new Map<string, string[]>();
  for (const { from, target, typeOnly } of EDGES) if (typeOnly !== true) next.set(from, [...(next.get(from) ?? []), target]);
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    assert.ok(
      !trail.includes(file),
      `cycle: ${[...trail.slice(trail.indexOf(file)), file].join(' → ')}; move the shared part to a file of its own`,
    );
    if (done.has(file)) return;
    for (const target of next.get(file) ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of FILES) visit(file, []);
});

test('nothing is exported as default: a name is the same everywhere', () => {
  const found = FILES.filter((file) => /^export default\b/m.test(readFileSync(join(ROOT, file), 'utf8')));
  assert.deepEqual(found, []);
});

test('every function that ARCHITECTURE.md links to is in the file it names', () => {
  const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
  const links = [...text.matchAll(/\[`([^`]+)`\]\(([^)#]+)#([\w$.]+)\)/g)];
  assert.ok(links.length > 20, 'both journeys are links');
  const missing = links.flatMap(([, name = '', path = '', anchor = '']) => {
    const file = join(ROOT, path);
    const symbol = anchor.split('.').at(-1) ?? '';
    const there =
      existsSync(file) &&
      new RegExp(
        `(?:function\\*?\\s+|class\\s+|const\\s+|^\\s+(?:readonly |static |async )*#?)${symbol.replaceAll('$', '\\$')}\\b\\s*(?:[(=:<{]|implements\\b|extends\\b)`,
        'm',
      ).test(readFileSync(file, 'utf8'));
    return there ? [] : [`${name}: no ${symbol} in ${path}`];
  });
  assert.deepEqual(missing, []);
});
