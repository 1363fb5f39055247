import { freePort } from './free-port.ts';
import { type Program, startProgram } from './program.ts';

export interface Nginx {
  readonly program: Program;
  /** Port of each site by its name. */
  readonly ports: Readonly<Record<string, number>>;
}

/** What stands inside `server { … }`, given the ports of all sites. */
export type Site = (ports: Readonly<Record<string, number>>) => string;

/** A real nginx with one listener for each site. */
export async function startNginx(sites: Readonly<Record<string, Site>>): Promise<Nginx> {
  const ports: Record<string, number> = {};
  for (const name of Object.keys(sites)) ports[name] = await freePort();
  const servers = Object.entries(sites).map(
    ([name, site]) =>
      `server { listen 127.0.0.1:${ports[name]}${/ssl_certificate /.test(site(ports)) ? ' ssl' : ''};\n${site(ports)}\n}`,
  );
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path tmp_${name};`);
  const config = `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid nginx.pid;
events { worker_connections 256; }
http {
access_log off;
${temporary.join('\n')}
${servers.join('\n')}
}`;
  const program = await startProgram({
    name: 'nginx',
    files: [{ path: 'nginx.conf', content: config }],
    command: 'nginx',
    args: ['-p', '.', '-c', 'nginx.conf', '-e', 'stderr', '-g', 'error_log stderr notice;'],
    ready: /start worker process \d/,
  });
  return { program, ports };
}

export const PASS_UPGRADE =
  'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";';

/** Everything goes to the program on that port, in the way a bot needs it, plus what the lines say. */
export function passTo(port: number | undefined, lines = PASS_UPGRADE): string {
  return `location / { proxy_pass http://127.0.0.1:${port}; ${lines} }`;
}
