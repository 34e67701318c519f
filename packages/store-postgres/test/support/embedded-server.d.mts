export interface EmbeddedServer {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  url(database?: string, user?: string, password?: string): string;
  /** Cuts every connection at once, and takes none until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
}

/** A PostgreSQL of our own, in a fresh folder, on a free port of 127.0.0.1; gone with this process, however that ends. */
export function startServer(options?: { readonly durable?: boolean }): Promise<EmbeddedServer>;
