/**
 * The teller of the story: asks, one request after the other, and notes each answer as it came. It knows nothing of the product
 * but its addresses. Time is the story's: a quarter of a second passes with each request.
 */
import { createHash } from 'node:crypto';
import { Agent, request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { Names } from './normalise';

/** One request and what came of it. */
export interface Entry {
  readonly name: string;
  readonly answer: unknown;
}

export interface Request {
  readonly method?: string;
  /** `/graphql` when left out. */
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  /** Several parts, sent without a length. */
  readonly parts?: readonly string[];
  /** On a connection of its own: for what is answered late. */
  readonly isAlone?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** The clock of the server: it moves with the story only, so that times are the same in each run. */
export class StoryClock {
  private ms = Date.parse('2026-03-02T09:00:00.000Z');
  readonly now = (): Date => new Date(this.ms);
  tick(ms = TICK_MS): void {
    this.ms += ms;
  }
}

const JSON_HEADERS = { 'content-type': 'application/json' };
/** Sessions of the story last 15 minutes. */
const TICK_MS = 250;
/** Answers that are larger are noted by the length and hash of what they are with names in it. */
const WHOLE_LENGTH_MAX = 100_000;

/** Headers of the connection and not of the answer, or those that follow from the length of what differs. */
const PASSED_OVER = new Set(['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding']);

/** On every answer, so noted only where one of them is another. */
const USUAL: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

const USER_ERRORS = `userErrors {
  __typename code message path
  ... on StaleVersionError { currentVersion changedBy { kind id name } changedAt }
  ... on InUseError { usedBy { flagKey segmentKey environmentKey } }
}`;

interface Revision {
  readonly environmentId: string;
  readonly epoch: string;
  readonly revision: number;
}

export class Story {
  readonly entries: Entry[] = [];
  private readonly names = new Names();
  private readonly values = new Map<string, string>();
  private readonly told = new Set<string>();
  private chapter = '';
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(
    /** `http://127.0.0.1:port`. */
    readonly origin: string,
    readonly clock: StoryClock,
  ) {}

  close(): void {
    this.agent.destroy();
  }

  /** Remembers a value for later chapters: an id, a secret. */
  keep(name: string, value: unknown): string {
    if (typeof value !== 'string') throw new Error(`The story has no text to keep as ${name}: ${JSON.stringify(value)}`);
    this.values.set(name, value);
    return value;
  }

  kept(name: string): string {
    const value = this.values.get(name);
    if (value === undefined) throw new Error(`The story knows nothing by the name ${name}.`);
    return value;
  }

  /** Headers of somebody whose credential was kept; nobody has none. */
  as(who: string): Record<string, string> {
    return who === 'nobody' ? {} : { authorization: `Bearer ${this.kept(who)}` };
  }

  /** From now on names begin with the chapter's. */
  begin(chapter: string): void {
    this.chapter = chapter;
  }

  note(what: string, answer: unknown): void {
    const name = `${this.chapter}: ${what}`;
    if (this.told.has(name)) throw new Error(`Two requests have the name ${name}.`);
    this.told.add(name);
    this.entries.push({ name, answer: this.names.of(answer) });
  }

  /** Asks over HTTP, and notes status, headers and body. */
  async ask(name: string, asked: Request): Promise<Answer> {
    const answer = await this.send(asked);
    this.noteAnswer(name, answer);
    return answer;
  }

  noteAnswer(name: string, answer: Answer): void {
    this.note(name, { status: answer.status, ...notedHeaders(answer), body: this.notedBody(answer.text) });
  }

  /** JSON as a value where nothing but its value is lost by that; otherwise the text. */
  private notedBody(text: string): unknown {
    const value = parsed(text);
    if (value !== undefined && text.length > WHOLE_LENGTH_MAX) return digestOf(JSON.stringify(this.names.of(value)));
    if (value === undefined) return text.includes('\n') ? { lines: text.split('\n').map(readLine) } : text;
    // Apollo's answers, and ours that are to be like them, end a line.
    if (JSON.stringify(value) === text) return value;
    return `${JSON.stringify(value)}\n` === text ? { line: value } : text;
  }

  /** A GraphQL operation by POST; answers its data. */
  async query(name: string, who: string, query: string, variables?: object, headers: OutgoingHttpHeaders = {}): Promise<unknown> {
    const answer = await this.ask(name, this.operation(who, { query, ...(variables && { variables }) }, headers));
    return dataOf(answer);
  }

  operation(who: string, body: object, headers: OutgoingHttpHeaders = {}): Request {
    return { headers: { ...JSON_HEADERS, ...this.as(who), ...headers }, body: JSON.stringify(body) };
  }

  /** A mutation of the form `field(input: FieldInput!)`; answers its payload. */
  async mutate(
    name: string,
    who: string,
    [field, selection]: readonly [string, string],
    input: object,
    headers: OutgoingHttpHeaders = {},
  ): Promise<unknown> {
    const query = mutationOf(field, selection);
    const data = (await this.query(name, who, query, { input }, headers)) as Readonly<Record<string, unknown>> | undefined | null;
    const payload = data?.[field];
    await this.catchUp((payload as { readonly revisions?: readonly Revision[] } | null | undefined)?.revisions ?? []);
    return payload;
  }

  /** Waits, without a note of it, until the server evaluates by these revisions: until then it may answer from before. */
  async catchUp(revisions: readonly Revision[]): Promise<void> {
    for (const { environmentId, epoch, revision } of revisions) {
      const query = 'query ($id: ID!, $min: RevisionInput) { snapshot(environmentId: $id, minRevision: $min) { revision } }';
      const variables = { id: environmentId, min: { epoch, revision } };
      await this.transmit(this.operation('owner', { query, variables }));
    }
  }

  /** Sends one request of the story, for which a quarter of a second passes. */
  send(asked: Request): Promise<Answer> {
    this.clock.tick();
    return this.transmit(asked);
  }

  /** Sends a request that is not of the story, or for a look whether something has come about. */
  transmit({
    method = 'POST',
    path = '/graphql',
    headers = JSON_HEADERS,
    body,
    parts,
    isAlone = false,
  }: Request): Promise<Answer> {
    // Large bodies are refused before they have arrived, and with them the connection goes.
    const isLarge = isAlone || parts !== undefined || (body?.length ?? 0) > 100_000;
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const options = { method, headers: { 'user-agent': 'recorded', ...length, ...headers }, agent: isLarge ? false : this.agent };
    return new Promise((resolve, reject) => {
      const outgoing = request(`${this.origin}${path}`, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject).on('end', () => {
          const bytes = Buffer.concat(chunks);
          const text = (response.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
      // The server may answer and close before the whole body is sent.
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error);
      });
      outgoing.on('close', () => reject(new Error('The connection was closed without an answer.')));
      for (const part of parts ?? []) outgoing.write(part);
      outgoing.end(body);
    });
  }

  /** Asks, without a note of it, until the data are as wished: for what the server does behind its answers. */
  async until(who: string, query: string, variables: object, isReached: (data: unknown) => boolean): Promise<void> {
    const end = Date.now() + 60_000;
    for (;;) {
      if (isReached(dataOf(await this.transmit(this.operation(who, { query, variables }))))) return;
      if (Date.now() > end) throw new Error(`It did not come about within a minute: ${query}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

export function mutationOf(field: string, selection: string): string {
  const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`;
  const body = `${selection} revisions { environmentId epoch revision } ${USER_ERRORS}`;
  return `mutation ($input: ${type}!) { ${field}(input: $input) { ${body} } }`;
}

export function dataOf({ text }: Answer): unknown {
  const whole = parsed(text) as { readonly data?: unknown } | null | undefined;
  return whole?.data;
}

/** The value at a path; undefined when there is none. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null ? (inner as Readonly<Record<string | number, unknown>>)[step] : undefined,
    value,
  );
}

function notedHeaders({ status, headers }: Answer): object {
  const given = Object.entries(headers).filter(([name]) => !PASSED_OVER.has(name));
  const isUsual = Object.entries(USUAL).every(([name, value]) => headers[name] === value);
  const noted = given
    .filter(([name]) => !isUsual || !(name in USUAL))
    .map(([name, value]) => [name, name === 'retry-after' && status === 429 ? '<seconds>' : value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return { security: isUsual ? 'as usual' : 'not as usual', headers: Object.fromEntries(noted) };
}

export function digestOf(text: string): object {
  return { length: text.length, sha256: createHash('sha256').update(text).digest('hex') };
}

/** A line of JSON Lines or of an event, as a value where its text is that of the value. */
export function readLine(line: string): unknown {
  const [head, text] = line.startsWith('data: ') ? ['data: ', line.slice('data: '.length)] : ['', line];
  const value = parsed(text);
  if (value === undefined) return line;
  const usual = JSON.stringify(value);
  // Characters that some reader of lines takes for the end of one are escaped in exports.
  const escaped = usual.replace(/[\u007f-\u009f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  if (text === usual) return head === '' ? value : { data: value };
  return text === escaped && head === '' ? { escaped: value } : line;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
