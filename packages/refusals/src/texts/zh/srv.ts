import { type FamilyTexts, text } from '../operator-text.ts';

export const srv: FamilyTexts<'srv'> = {
  'srv.overloaded': text(
    '服务器繁忙',
    '服务器的某个队列已满，因此拒绝新的工作而不是占用更多内存。',
    '查看机器的处理器与磁盘，以及谁发送最多。',
    '降低发送速度或换更快的磁盘；hufu.yaml 的 limits.pendingMessages 决定队列长度。',
  ),
  'srv.draining': text(
    '服务器正在停止',
    '服务器收到 SIGTERM，不再接受新的工作。',
    '查看是谁停止的：journalctl 或容器日志。',
    '重新启动；客户端会自动回来。',
  ),
  'srv.store_unavailable': text(
    '暂时无法保存',
    '数据库拒绝写入：磁盘已满、只读或损坏。未保存的内容没有被确认。',
    '查看证据中的 fault，并对数据目录运行 df -h。',
    '为数据目录所在磁盘腾出空间，或移动目录并设置 HUFU_DATA_DIR；之后自动恢复写入。',
  ),
  'srv.data_locked': text(
    '数据目录正被另一个进程使用',
    '另一个 Hufu（进程号见证据）正在使用同一数据目录。',
    '运行 ps -p <进程号>。',
    '停止该进程，或用 HUFU_DATA_DIR 指定另一个目录。',
  ),
  'srv.data_newer': text(
    '数据由更新的版本写成',
    '数据库的形式（found）比本程序所知（known）更新，因此没有打开。',
    '比较之前运行的版本与当前版本。',
    '重新启动较新的版本，或恢复由本版本制作的备份。',
  ),
  'srv.listener_taken': text(
    '端口被占用',
    '另一个程序正在监听该地址。',
    '运行 ss -ltnp 查找该端口。',
    '停止该程序，或换一个端口（0 表示任意空闲端口）：hufu.yaml 的 listen: {http, tcp, ws}，或环境变量 HUFU_LISTEN_HTTP、HUFU_LISTEN_TCP、HUFU_LISTEN_WS，例如 HUFU_LISTEN_HTTP=127.0.0.1:5002 npm start',
  ),
  'srv.fault': text(
    '服务器内部错误',
    '这是程序缺陷，或安装文件损坏。该请求没有任何内容被确认。',
    '在服务器日志中查找请求编号。',
    '请报告请求编号与其附近的日志；可以重试该调用。',
  ),
};
