/** The content of the message in the examples of the reference. */
export const EXAMPLE_PAYLOAD = Buffer.from('{"type":1,"content":"hi"}').toString('base64');

/** The message that the example of `/message/send` stores, as later examples read it. */
export const EXAMPLE_MESSAGE = {
  header: { no_persist: 0, red_dot: 0, sync_once: 0 },
  setting: 0,
  message_id: 1,
  message_idstr: '1',
  client_msg_no: 'order-1',
  message_seq: 1,
  from_uid: 'alice',
  channel_id: 'group1',
  channel_type: 2,
  expire: 0,
  timestamp: 1_767_225_600,
  payload: EXAMPLE_PAYLOAD,
};
