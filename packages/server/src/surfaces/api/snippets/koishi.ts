import { listenAt, type Snippet, type SnippetInput } from './snippet.ts';

/**
 * Koishi in ws-reverse mode: the adapter takes our connection on the path of `url` of its server plugin. `http` stands there because the adapter accepts and
 * then closes every connection without it, and Koishi adds it by itself only beside a package.json.
 */
export function koishiSnippet({ token, numericId, url }: SnippetInput): Snippet {
  const { host, port } = listenAt(url);
  const config = `plugins:
  http: {}
  server:
    host: '${host}'
    port: ${port}
  adapter-onebot:
    selfId: '${numericId}'
    token: '${token}'
    protocol: ws-reverse
    path: ${url.pathname}
  echo: {}
`;
  const packages = [
    'koishi@4.18.11',
    '@koishijs/plugin-server@3.2.9',
    '@koishijs/plugin-echo@2.2.5',
    'koishi-plugin-adapter-onebot@6.9.4',
  ];
  return {
    framework: 'koishi',
    files: [{ path: 'koishi.yml', content: config }],
    steps: [
      {
        zh: '新建一个文件夹，把 koishi.yml 放进去（已有项目则把 plugins 合并进它的 koishi.yml）',
        en: 'Put koishi.yml into a new folder (in a project that exists, merge plugins into its koishi.yml)',
      },
      { zh: '在该文件夹安装', en: 'Install there', command: `npm install ${packages.join(' ')}` },
      { zh: '运行', en: 'Run', command: 'npx koishi start' },
      { zh: '给机器人发送 echo 你好，它会回复 你好', en: 'Send "echo hello" to the bot; it answers "hello"' },
    ],
  };
}
