import { join } from 'node:path';
import { root } from '../node24.mjs';
import { page, section, table } from './markdown.mjs';

const WORDS = {
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

/** Every cause the doctor can name, from the rules that name it and the operator texts of its code. */
export async function doctorCauses(lang) {
  const doctor = join(root, 'packages/doctor/src');
  const { targets } = await import(join(doctor, 'targets/index.ts'));
  const { incoming } = await import(join(doctor, 'listen/target.ts'));
  const { pastedLog } = await import(join(doctor, 'log/target.ts'));
  const { reachRules } = await import(join(doctor, 'reach/rules.ts'));
  const { logPatterns } = await import(join(doctor, 'log/patterns/index.ts'));
  const { operatorText } = await import(join(root, 'packages/refusals/src/texts/index.ts'));
  const words = WORDS[lang];
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
