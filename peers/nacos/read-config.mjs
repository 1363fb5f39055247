// An application with the npm client: reads one config each second for as many seconds as told.
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';

const [, , folder, serverAddr, username, seconds] = process.argv;
const { NacosConfigClient } = createRequire(`${folder}/`)('nacos');
const client = new NacosConfigClient({ serverAddr, username, password: process.env.NACOS_PASSWORD, requestTimeout: 2000 });
await client.ready();
for (let second = 0; second < Number(seconds); second += 1) {
  await client.getConfig('hufu-doctor', 'DEFAULT_GROUP').then(
    (value) => process.stdout.write(`read ${value}\n`),
    (error) => process.stdout.write(`refused ${error.name}\n`),
  );
  await delay(1000);
}
process.exit(0);
