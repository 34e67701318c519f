/** Something a hook is to be told, from the transaction that made it true until it is delivered. */
export interface OutboxMessage {
  /** The hook it is for; with `id` the message's identity. */
  readonly hook: string;
  /** Of what happened: however often it is delivered, it is the same. */
  readonly id: string;
  /** Messages of one hook and key are delivered in the order they were recorded. */
  readonly key: string;
  readonly at: Date;
  /** JSON. Never a secret. */
  readonly body: string;
}
