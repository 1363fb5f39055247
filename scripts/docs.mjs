// Reference pages under docs/reference, made from the declarations that also validate and answer. `--check` writes nothing and names what is stale.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './node24.mjs';

const surfaces = join(root, 'packages/server/src/surfaces');

/** Where each page goes, and what makes its text. */
const PAGES = [
  { file: 'docs/reference/wukong-http.md', make: wukongHttp },
  { file: 'docs/reference/api.md', make: nativeApi },
  { file: 'docs/reference/onebot-actions.md', make: onebotActions },
  { file: 'docs/reference/doctor-causes.md', make: () => doctorCauses('en') },
  { file: 'docs/reference/doctor-causes.zh.md', make: () => doctorCauses('zh') },
];

const CAUSE_WORDS = {
  en: {
    title: 'Causes the doctor can name',
    intro: [
      'What `doctor <url>` can find, by the kind of peer it asks: the fix of each cause, and the software, in its version, that it was seen on.',
      'A *cause* explains the refusal; a *warning* is told although the connection works. A refusal that none of these explains is said to be unexplained (`remote.unknown_403`, `nacos.unknown` and the like), never guessed at. [Guides](../guides/doctor/en/README.md) · [中文](doctor-causes.zh.md)',
    ],
    way: 'On the way there',
    wayIntro: 'For every kind: the name, the port, TLS, and what stands in between.',
    logIntro: 'The lines of a log that are understood, as regular expressions.',
    causes: ['code', 'what is wrong', 'fix', 'seen on', ''],
    lines: ['who writes it', 'the line', 'what it says'],
    helps: 'helps to judge other lines',
    cause: 'cause',
    warning: 'warning',
    stop: '.',
  },
  zh: {
    title: 'doctor 能指出的原因',
    intro: [
      '`doctor <地址>` 能查出的全部原因，按对方是什么软件分组：每个原因怎么修，在哪个软件的哪个版本上见过。',
      '“原因”解释了为什么被拒绝；“注意”是连接能用、但仍有问题。这里都解释不了的拒绝，doctor 会直说没查出来（`remote.unknown_403`、`nacos.unknown` 等），不会瞎猜。[使用指南](../guides/doctor/zh/README.md) · [English](doctor-causes.md)',
    ],
    way: '路上的问题',
    wayIntro: '不论对方是什么都会查：域名、端口、TLS，以及中间隔着的东西。',
    logIntro: '能看懂的日志行，写成正则表达式。',
    causes: ['代码', '问题', '修复', '见于', ''],
    lines: ['谁写的', '日志行', '说明'],
    helps: '用来判断其他行',
    cause: '原因',
    warning: '注意',
    stop: '。',
  },
};

const checking = process.argv.includes('--check');
let stale = 0;
for (const { file, make } of PAGES) {
  const text = `${(await make()).trim()}\n`;
  const path = join(root, file);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  if (checking) {
    stale += 1;
    process.stdout.write(`${file} is stale: run npm run docs\n`);
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    process.stdout.write(`${file} written\n`);
  }
}
process.exitCode = stale === 0 ? 0 : 1;

async function wukongHttp() {
  const { wukongRoutes } = await import(join(surfaces, 'wukong-http/index.ts'));
  const routes = wukongRoutes.map((route) =>
    section(`${route.method} ${route.path}`, [
      route.doc,
      fieldTable(route.schema),
      route.method === 'GET' ? query(route.path, route.example.request) : example('Request', route.example.request),
      example('Answer', route.example.answer),
    ]),
  );
  return page(
    'WuKongIM-compatible HTTP API',
    [
      'For back ends: the routes, bodies and answers of WuKongIM v2, on the address of the page (`listen.http`).',
      'Every call needs the admin secret: in the header `token`, as `Authorization: Bearer …`, or as the password of Basic. Calls from this machine too. Never in the query.',
      'Bodies are JSON whatever `Content-Type` says; unknown fields are ignored; null is the same as absent; every field is optional unless its route says otherwise. Ids of messages are JSON numbers that may be larger than 2^53: read `message_idstr` where numbers are doubles.',
      'A refusal is HTTP 400 (401 without a valid secret, 404, 405, 413, 429, 503 as their names say) with `{"msg", "status", "reason", "requestId"}`: `reason` is the cause, and `hufu explain <requestId>` tells all about it. `X-Request-Id` is on every answer.',
    ],
    routes,
  );
}

async function nativeApi() {
  const { apiRoutes } = await import(join(surfaces, 'api/index.ts'));
  const who = {
    open: 'Open to everybody.',
    any: 'Needs a person or an operator.',
    person: 'Needs a person.',
    operator: 'Needs an operator.',
  };
  const routes = apiRoutes.map((route) =>
    section(`${route.method} ${route.path}`, [
      `${route.doc} ${who[route.access]}`,
      fieldTable(route.schema),
      Object.keys(route.example).length === 0 ? '' : example('Request', route.example),
    ]),
  );
  return page(
    'Native HTTP API',
    [
      'What the page and tools call. A person or an operator signs in and sends the session as `Authorization: Bearer …`; the admin secret is an operator.',
      'Refusals are `application/problem+json` (RFC 9457) with `code` and `requestId`; `GET /api/v1/requests/<requestId>/explanation` tells all about one.',
    ],
    routes,
  );
}

async function onebotActions() {
  const { actions } = await import(join(surfaces, 'onebot/actions/index.ts'));
  const { refusalWords } = await import(join(surfaces, 'onebot/refusal-words.ts'));
  const { SENDABLE_TYPES } = await import(join(root, 'packages/protocol/src/onebot/index.ts'));
  const { encodeRefusal, TIMED_OUT } = await import(join(surfaces, 'onebot/encode-refusal.ts'));
  const { definitionOf } = await import(join(root, 'packages/refusals/src/index.ts'));
  const sections = actions.map((action) =>
    section(action.name, [
      `${action.doc.en} ${action.doc.zh}`,
      action.aliases.length === 0 ? '' : `Also called ${action.aliases.map((name) => `\`${name}\``).join(', ')}.`,
      paramTable(action),
      example('Call', { action: action.name, params: action.example.params, echo: 'any JSON' }),
      example('Answer', {
        status: 'ok',
        retcode: 0,
        data: action.example.data,
        message: '',
        wording: '',
        echo: 'any JSON',
      }),
    ]),
  );
  const refusals = Object.entries(refusalWords).map(([word, code]) => {
    const { publicCode, public: text } = definitionOf(code);
    const { retcode } = encodeRefusal(word === 'timed_out' ? TIMED_OUT : { code }, '');
    return `| ${word} | \`${publicCode}\` | ${retcode} | ${cell(text.en)} ${cell(text.zh)} |`;
  });
  return page(
    'OneBot v11 actions',
    [
      'One JSON object a WebSocket text frame: `{"action", "params", "echo"}`. Every frame gets exactly one answer, but an event or an answer, which no framework sends: it ends the connection. `echo` comes back as it was sent, whatever JSON it is. 64 calls are worked on at a time and 1000 more wait their turn, the next is refused with retcode 1429; a frame is at most `onebot.maxFrameBytes` long, 4 MiB by default.',
      'Every parameter may come as a string; booleans also as 1, 0, "yes", "no"; null is the same as absent, and so are "" for what may be left out and 0 for an id that may. Unknown parameters are ignored. `<action>_async` is checked, answered at once with `status: async`, and done afterwards; `<action>_rate_limited` is the action itself.',
      `Messages are made of the segments ${SENDABLE_TYPES.map((type) => `\`${type}\``).join(', ')}, as a list or as a CQ string. The \`file\` of an image is \`base64://…\`, \`data:image/…;base64,…\`, or the \`file\` or \`url\` of one that was received. An at of everybody by a bot that may not do so (the group has an owner or admins, and the bot is none of them) is sent as text, and \`warnings\` in the answer says so.`,
      'A refusal is `{"status": "failed", "retcode", "data": null, "message", "wording", "msg", "reason", "requestId", "echo"}`: `reason` is the cause, and `hufu explain <requestId>` tells all about it.',
    ],
    [
      ...sections,
      ['## Refusals', '| cause | reason | retcode | meaning |\n| --- | --- | --- | --- |', ...refusals]
        .join('\n')
        .replace('\n', '\n\n'),
    ],
  );
}

/** Every cause the doctor can name, from the rules that name it and the operator texts of its code. */
async function doctorCauses(lang) {
  const doctor = join(root, 'packages/doctor/src');
  const { targets } = await import(join(doctor, 'targets/index.ts'));
  const { incoming } = await import(join(doctor, 'listen/target.ts'));
  const { pastedLog } = await import(join(doctor, 'log/target.ts'));
  const { reachRules } = await import(join(doctor, 'reach/rules.ts'));
  const { logPatterns } = await import(join(doctor, 'log/patterns/index.ts'));
  const { operatorText } = await import(join(root, 'packages/refusals/src/texts/index.ts'));
  const words = CAUSE_WORDS[lang];
  const causeTable = (rules) =>
    table(
      words.causes,
      [...Map.groupBy(rules, ({ code }) => code)].map(([code, same]) => {
        const { title, fix } = operatorText(code)[lang];
        const seenOn = new Set(same.flatMap(({ provenOn }) => provenOn.split('; ')));
        return [`\`${code}\``, title, fix, [...seenOn].join('; '), words[same[0].level ?? 'cause']];
      }),
    );
  const log = logPatterns.map(({ software, match, code }) => [
    software,
    `\`${match.source}\``,
    code === null ? words.helps : `\`${code}\` ${operatorText(code)[lang].title}`,
  ]);
  const kinds = [...targets.filter(({ probes }) => probes.length > 0), incoming].map((target) =>
    section(target === incoming ? 'doctor listen' : `--kind ${target.name}`, [
      `${capital(target.says[lang])}${words.stop}`,
      causeTable(target.rules.filter((rule) => !reachRules.includes(rule))),
    ]),
  );
  return page(words.title, words.intro, [
    `## ${words.way}`,
    words.wayIntro,
    causeTable(reachRules),
    ...kinds,
    section('doctor --log', [
      `${capital(pastedLog.says[lang])}${words.stop}`,
      causeTable(pastedLog.rules),
      words.logIntro,
      table(words.lines, log),
    ]),
  ]);
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function table(columns, rows) {
  return [columns, columns.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
}

function paramTable({ params, paramAliases }) {
  const rows = paramRows(params, paramAliases, '');
  return rows.length === 0
    ? 'No parameters.'
    : ['| parameter | type | | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function paramRows({ properties = {}, required = [] }, aliases, prefix) {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const names = [name, ...(aliases[name] ?? [])].map((one) => `\`${prefix}${one}\``).join(' or ');
    const need = required.includes(name) ? 'needed' : 'optional';
    const row = `| ${names} | ${typeText(schema)} | ${need} | ${cell(schema.description ?? '')} |`;
    return [row, ...paramRows(schema, {}, `${prefix}${name}.`)];
  });
}

function page(title, intro, sections) {
  return [`# ${title}`, '<!-- Made by `npm run docs` from the code; changes here are lost. -->', ...intro, ...sections].join(
    '\n\n',
  );
}

function section(title, parts) {
  return [`## \`${title}\``, ...parts.filter((part) => part !== '')].join('\n\n');
}

function fieldTable(schema, prefix = '') {
  const rows = fieldRows(schema, prefix);
  return rows.length === 0 ? '' : ['| field | type | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function fieldRows(schema, prefix) {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    `| \`${prefix}${name}\` | ${typeText(field)} | ${cell(field.description ?? '')} |`,
    ...fieldRows(field, `${prefix}${name}.`),
  ]);
}

/** A JSON schema in a few words. */
function typeText(schema) {
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeText).join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.type === 'array') return `list of ${typeText(schema.items)}`;
  if (schema.type === 'string') return schema.maxLength === undefined ? 'text' : `text, at most ${schema.maxLength}`;
  if (schema.type !== 'integer') return schema.type ?? 'any';
  const { minimum, maximum } = schema;
  if (maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER)
    return minimum === undefined ? 'integer' : `integer from ${minimum}`;
  return `integer ${minimum ?? '…'}–${maximum}`;
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function query(path, fields) {
  const text = new URLSearchParams(fields).toString();
  return ['Request', '```text', `GET ${path}${text === '' ? '' : `?${text}`}`, '```'].join('\n');
}

function example(title, value) {
  return [title, '```json', JSON.stringify(value, null, 2), '```'].join('\n');
}
