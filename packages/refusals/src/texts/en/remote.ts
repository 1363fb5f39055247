import { type FamilyTexts, text } from '../operator-text.ts';

/** What our own outgoing connections met. */
export const remote: FamilyTexts<'remote'> = {
  'remote.dns': text(
    'The name does not resolve',
    'The host name of the address has no address record where this server runs.',
    'Run "getent hosts <name>" on the server; inside containers names differ.',
    'Correct the host in the url of the client, or use an IP address.',
  ),
  'remote.refused': text(
    'Nothing listens there',
    'The machine answers, the port does not: the bot program is not running, uses another port, or listens on 127.0.0.1 of another machine.',
    'Run "curl -i http://<host>:<port>/" on the server.',
    'Start the bot program; NoneBot on another machine needs HOST=0.0.0.0 and the right PORT in .env.',
  ),
  'remote.timeout': text(
    'No answer came',
    'Packets to this address get no answer: a firewall or security group drops them, or the host is down.',
    'Run "curl -m 5 -i http://<host>:<port>/" on the server.',
    'Open the port for the address of this server, e.g. ufw allow from <this server> to any port <port> proto tcp.',
  ),
  'remote.reset': text(
    'The connection was reset',
    'The connection was accepted and then cut: a middle box, a crash of the bot program, or a port that wants TLS.',
    'Look at the log of the bot program at that time.',
    'Repair the error in its log; if the port is a TLS port, use wss:// in the url.',
  ),
  'remote.tls_mismatch': text(
    'ws and wss do not match',
    'The url says wss and the port answers without TLS, or the other way round; or its certificate is not accepted.',
    'Run "openssl s_client -connect <host>:<port>" on the server.',
    'Change ws:// to wss:// (or back) in the url of the client.',
  ),
  'remote.adapter_unregistered': text(
    'The OneBot V11 adapter is not registered',
    'A NoneBot answers there, but without the OneBot V11 routes: register_adapter was not called.',
    'curl -i http://<host>:<port>/onebot/v11/ answers 404; with the adapter it answers 405.',
    'In bot.py, after nonebot.init(): from nonebot.adapters.onebot.v11 import Adapter; nonebot.get_driver().register_adapter(Adapter)',
  ),
  'remote.path_wrong': text(
    'The path is wrong',
    'The OneBot V11 adapter is there, and the path of our url is none of its three.',
    'The adapter takes /onebot/v11/, /onebot/v11/ws and /onebot/v11/ws/ only.',
    'Set the url of the client to ws://<host>:<port>/onebot/v11/ws.',
  ),
  'remote.token_required': text(
    'The peer needs a token',
    'The peer checks a token, and this client has none set.',
    'See ONEBOT_ACCESS_TOKEN in the .env of the bot program.',
    'Copy the snippet of this client from the page again into .env, so that both ends hold the same token.',
  ),
  'remote.token_mismatch': text(
    'The tokens of both ends differ',
    'Path and adapter are right, and the peer still refuses: all other causes are excluded, so its token is another one.',
    'See ONEBOT_ACCESS_TOKEN in .env (ONE_BOT_ACCESS_TOKEN and ACCESS_TOKEN are ignored by NoneBot), and restart the bot program after a change.',
    'Copy the snippet of this client from the page again into .env and restart the bot program.',
  ),
  'remote.token_unset': text(
    'The peer has no token set',
    'The peer accepts a handshake without a token: anybody who reaches it can act as this bot.',
    'NoneBot reads ONEBOT_ACCESS_TOKEN; ONE_BOT_ACCESS_TOKEN and ACCESS_TOKEN are ignored.',
    'Set ONEBOT_ACCESS_TOKEN=<token of this client> in .env and restart the bot program.',
  ),
  'remote.self_id_duplicate': text(
    'The same bot id is connected already',
    'The peer holds a connection of the same bot, perhaps a dead one that it has not noticed yet.',
    'Look for a second server or client with the same bot number.',
    'Stop the other connection, or wait: the next try follows by itself. Restarting the bot program clears it at once.',
  ),
  'remote.upgrade_lost': text(
    'A proxy drops Upgrade',
    'Something between here and the bot program answers the handshake as an ordinary HTTP request.',
    'Dial the bot program directly, without the proxy.',
    'nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";',
  ),
  'remote.ws_lib_missing': text(
    'The peer has no WebSocket library',
    'uvicorn runs without a WebSocket library and answers every handshake with 404.',
    'Its log says "No supported WebSocket library detected".',
    'pip install "uvicorn[standard]" in the environment of the bot program, then restart it.',
  ),
  'remote.redirect': text(
    'The peer redirects',
    'The handshake got a redirect; WebSocket clients do not follow, and a token must not travel to another place.',
    'See "location" in the evidence.',
    'Set the url of the client to the address it redirects to, if you trust it.',
  ),
  'remote.front_block': text(
    'Something in front answered instead',
    'A CDN, WAF, login wall or provider page answered, not the bot program.',
    'Compare the Server header with what the bot program sends when dialled directly.',
    'Let the address of this server pass in that front, or dial the bot program directly.',
  ),
  'remote.soft_refusal': text(
    'The peer accepted and then closed',
    'The handshake succeeded, and the peer closed at once with a reason of its own.',
    'See "closeCode" and "closeReason" in the evidence, and the log of the bot program.',
    'Do what the reason says; Koishi needs selfId set to the number of this bot.',
  ),
  'remote.unknown_403': text(
    'Refused for a cause that cannot be told from outside',
    'The peer answered 403, and the probes found nothing decisive.',
    'Look at the log of the bot program at that time; it names the cause.',
    'Check in this order: path /onebot/v11/ws, adapter registered, ONEBOT_ACCESS_TOKEN the same, bot number not connected twice.',
  ),
};
