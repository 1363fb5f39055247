import { listenAt, type Snippet, type SnippetInput } from './snippet.ts';

/** Koishi in ws-reverse mode: the adapter takes our connection on the path of `url` of its server plugin. */
export function koishiSnippet({ token, numericId, url }: SnippetInput): Snippet {
  const { host, port } = listenAt(url);
  const config = `plugins:
  server:
    host: ${host}
    port: ${port}
  adapter-onebot:
    selfId: '${numericId}'
    token: '${token}'
    protocol: ws-reverse
    path: ${url.pathname}
  echo: {}
`;
  return {
    framework: 'koishi',
    files: [{ path: 'koishi.yml', content: config }],
    steps: [
      {
        zh: '安装：npm install koishi @koishijs/plugin-server @koishijs/plugin-echo koishi-plugin-adapter-onebot',
        en: 'Install: npm install koishi @koishijs/plugin-server @koishijs/plugin-echo koishi-plugin-adapter-onebot',
      },
      {
        zh: '把 koishi.yml 放进项目文件夹（已有的文件则合并 plugins）',
        en: 'Put koishi.yml into the project folder (merge plugins into an existing one)',
      },
      { zh: '运行：npx koishi start', en: 'Run: npx koishi start' },
      { zh: '给机器人发送 echo 你好，它会回复 你好', en: 'Send "echo hello" to the bot; it answers "hello"' },
    ],
  };
}
