import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from './free-port.ts';
import { until } from './server.ts';

const HERE = new URL('../nacos', import.meta.url).pathname;
const CACHE = new URL('../../.cache', import.meta.url).pathname;
export const ADMIN_PASSWORD = 'Peer-Pw-1';
const SECRET = Buffer.from('a-signing-key-for-tests-only-0123456').toString('base64');

export type Line = 'line2' | 'line3';

export interface NacosOptions {
  readonly line: Line;
  readonly ttlSeconds?: number;
  readonly auth?: boolean;
  readonly secret?: string;
  /** Folder of an earlier run, to start again on its data. */
  readonly home?: string;
  /** Return as soon as the port answers, before users are read. */
  readonly early?: boolean;
}

export interface RealNacos {
  readonly url: string;
  readonly port: number;
  readonly consolePort: number;
  readonly home: string;
  readonly accessLog: () => string;
  stop(): Promise<void>;
}

/** Class path and compiled starter of one line, made once: the jars from Maven, the classes into the cache folder. */
export function prepare(line: Line | 'client'): { readonly classPath: string; readonly main: string } {
  const sources = globSync(`java/${line}/**/*.java`, { cwd: HERE }).concat(
    line === 'client' ? [] : globSync('java/common/*.java', { cwd: HERE }),
  );
  const texts = [readFileSync(join(HERE, 'pom.xml'), 'utf8'), ...sources.map((path) => readFileSync(join(HERE, path), 'utf8'))];
  const folder = join(CACHE, `nacos-${line}-${createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 12)}`);
  const list = join(folder, 'classpath.txt');
  const classes = join(folder, 'classes');
  if (!existsSync(join(folder, 'done'))) {
    mkdirSync(join(classes, 'META-INF/services'), { recursive: true });
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:build-classpath';
    execFileSync(
      'mvn',
      ['-B', '-q', '-f', join(HERE, 'pom.xml'), '-P', line, goal, `-Dmdep.outputFile=${list}`, '-DincludeScope=runtime'],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    if (line !== 'client') writeFileSync(join(classes, 'META-INF/services/io.grpc.ServerProvider'), 'OnLoopback\n');
    execFileSync(
      'javac',
      ['-nowarn', '-proc:none', '-cp', readFileSync(list, 'utf8'), '-d', classes, ...sources.map((path) => join(HERE, path))],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    writeFileSync(join(folder, 'done'), '');
  }
  const main = { line2: 'com.alibaba.nacos.StartLine2', line3: 'StartLine3', client: 'ReadConfig' }[line];
  return { classPath: [classes, readFileSync(list, 'utf8')].join(delimiter), main };
}

/** Starts a server on free ports of loopback and, unless told not to, waits until its first administrator can log in. */
export async function startNacos(options: NacosOptions): Promise<RealNacos> {
  const { classPath, main } = prepare(options.line);
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'hufu-nacos-'));
  const port = await freePorts(options.line);
  const consolePort = await freePort();
  mkdirSync(join(home, 'conf'), { recursive: true });
  writeFileSync(join(home, 'conf/application.properties'), properties(options, port, consolePort));
  const log = openSync(join(home, 'out.log'), 'a');
  const settings = [
    '-Xms128m',
    '-Xmx512m',
    '-XX:TieredStopAtLevel=1',
    '-Dderby.system.durability=test',
    '-Dnacos.standalone=true',
    `-Dnacos.home=${home}`,
    '-Dnacos.deployment.type=merged',
    '-Dnacos.remote.grpc.listen.ip=127.0.0.1',
    '-Dserver.tomcat.accesslog.enabled=true',
    '-Dserver.tomcat.accesslog.buffered=false',
    `-Dserver.tomcat.basedir=${home}/tomcat`,
    '-Dserver.tomcat.accesslog.pattern=%h "%r" %s',
  ];
  const child = spawn('java', [...settings, '-cp', classPath, main, `--spring.config.additional-location=file:${home}/conf/`], {
    cwd: home,
    stdio: ['ignore', log, log],
  });
  const url = `http://127.0.0.1:${port}/nacos`;
  await until('Nacos to answer', () => answers(`${url}/v1/cs/configs`, child, home), 120_000);
  if (options.line === 'line3' && options.early !== true)
    await until('the console', () => answers(`http://127.0.0.1:${consolePort}/v3/console/server/state`, child, home), 60_000);
  if (options.auth !== false && options.home === undefined)
    await fetch(`${url}${paths(options.line).admin}`, {
      method: 'POST',
      body: new URLSearchParams({ password: ADMIN_PASSWORD }),
    });
  if (options.early !== true)
    await until(
      'the administrator to log in',
      async () => (await login(url, options.line, 'nacos', ADMIN_PASSWORD)) !== null,
      60_000,
    );
  return {
    url,
    port,
    consolePort,
    home,
    accessLog: () =>
      globSync('tomcat/logs/access_log*', { cwd: home })
        .map((name) => readFileSync(join(home, name), 'utf8'))
        .join(''),
    stop: () => stop(child),
  };
}

/** A fresh access token; null when refused. */
export async function login(url: string, line: Line, username: string, password: string): Promise<string | null> {
  const answer = await fetch(url + paths(line).login, {
    method: 'POST',
    body: new URLSearchParams({ username, password }),
  }).catch(() => null);
  const body = answer === null ? '' : await answer.text();
  return /"accessToken":"([^"]+)"/.exec(body)?.[1] ?? null;
}

export function paths(line: Line) {
  return line === 'line3'
    ? { admin: '/v3/auth/user/admin', login: '/v3/auth/user/login', user: '/v3/auth/user' }
    : { admin: '/v1/auth/users/admin', login: '/v1/auth/users/login', user: '/v1/auth/users' };
}

export function removeHome(home: string): void {
  rmSync(home, { recursive: true, force: true });
}

function properties(
  { line, ttlSeconds = 5, auth = true, secret = SECRET }: NacosOptions,
  port: number,
  consolePort: number,
): string {
  const all: Record<string, string | number | boolean> = {
    'server.address': '127.0.0.1',
    'nacos.inetutils.ip-address': '127.0.0.1',
    'server.error.include-message': 'ALWAYS',
    'nacos.core.auth.enabled': auth,
    'nacos.core.auth.caching.enabled': true,
    'nacos.core.auth.system.type': 'nacos',
    'nacos.core.auth.server.identity.key': 'peerIdentity',
    'nacos.core.auth.server.identity.value': 'peer-identity-value',
    'nacos.core.auth.plugin.nacos.token.expire.seconds': ttlSeconds,
    'nacos.core.auth.plugin.nacos.token.secret.key': secret,
    'nacos.istio.mcp.server.enabled': false,
    ...(line === 'line3'
      ? {
          'nacos.server.main.port': port,
          'nacos.server.contextPath': '/nacos',
          'nacos.console.port': consolePort,
          'nacos.console.contextPath': '',
          'nacos.deployment.type': 'merged',
          'nacos.core.auth.admin.enabled': true,
          'nacos.core.auth.console.enabled': true,
          'nacos.k8s.sync.enabled': false,
        }
      : {
          'server.port': port,
          'server.servlet.contextPath': '/nacos',
          'nacos.core.auth.enable.userAgentAuthWhite': false,
          'nacos.security.ignore.urls': '/,/error,/v1/auth/**,/v1/console/health/**,/actuator/**,/v1/console/server/**',
          'management.metrics.export.elastic.enabled': false,
          'management.metrics.export.influx.enabled': false,
        }),
  };
  return Object.entries(all)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

async function answers(url: string, child: ChildProcess, home: string): Promise<boolean> {
  if (child.exitCode !== null)
    throw new Error(`Nacos ended while starting\n${readFileSync(join(home, 'out.log'), 'utf8').slice(-3000)}`);
  return fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    () => true,
    () => false,
  );
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const hard = setTimeout(() => child.kill('SIGKILL'), 10_000);
    child.once('exit', () => {
      clearTimeout(hard);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

/** Nacos takes port − 1000 for raft and, since 2.0, port + 1000 and + 1001 for gRPC: all must be free. */
async function freePorts(line: Line): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const port = await freePort();
    const all = line === 'line3' ? [port - 1000, port + 1000, port + 1001] : [port - 1000];
    if (port > 3000 && port < 60_000 && (await Promise.all(all.map(isFree))).every(Boolean)) return port;
  }
  throw new Error('no free ports for Nacos');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
