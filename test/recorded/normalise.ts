/**
 * Names for what differs in each run, by first appearance: the same value has the same name wherever it stands, so that who is
 * who is still compared. Values, messages, codes, paths, order, revisions and times stay as they are: the clock of the story is
 * its own, so that times do not differ.
 */

/** Ids: their noun says what they are of. Two numbers are a configuration: of a flag, in an environment. */
const ID = /(?<![A-Za-z0-9])([a-z]+)_[0-9a-f]{32}(?:_[0-9a-f]{32})?(?![0-9a-f])/g;

/** Texts that are recognised wherever they stand. The first group, where there is one, stays. */
const FORMS: readonly (readonly [string, RegExp])[] = [
  ['access token', /eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/g],
  ['server key', /fs_server_[0-9A-Za-z]{36}/g],
  ['client key', /fs_client_[0-9A-Za-z]{36}/g],
  ['mobile key', /fs_mobile_[0-9A-Za-z]{36}/g],
  ['admin key', /fs_admin_[0-9A-Za-z]{36}/g],
  ['beginning of a key', /fs_(?:server|client|mobile|admin)_[0-9A-Za-z]{4}(?![0-9A-Za-z])/g],
  ['session secret', /fs_session_[0-9A-Za-z]{36}/g],
  ['refresh token', /fs_refresh_[\w-]{43}/g],
  ['reset token', /fs_reset_[\w-]{43}/g],
  ['invitation token', /fs_invitation_[\w-]{43}/g],
  ['request', /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g],
  ['ticket', /(?<=[?&]ticket=)[\w.%-]+/g],
  ['nonce', /(?<=nonce[-=]"?)[A-Za-z0-9+/]{22}==/g],
  ['entity tag', /(?<=^(?:W\/)?")[\w-]{27}(?="$)/g],
];

/** Fields whose values are drawn or follow from what is drawn. */
const FIELDS: Readonly<Record<string, string>> = {
  epoch: 'epoch',
  cursor: 'cursor',
  startCursor: 'cursor',
  endCursor: 'cursor',
  hash: 'hash',
  digest: 'digest',
  bodyDigest: 'digest',
};

/** Fields with times of the machine's clock. */
const MACHINE_TIMES = new Set(['lastModified']);

/** A salt that the server drew. Those of the story have a full stop. */
const DRAWN_SALT = /^[\w-]{16}$|^[\w-]{22}$/;

export class Names {
  private readonly names = new Map<string, string>();
  private readonly counts = new Map<string, number>();

  /** The value with a name in place of each part that differs in each run. */
  of(value: unknown): unknown {
    if (typeof value === 'string') return this.ofText(value);
    if (Array.isArray(value)) return value.map((item) => this.of(item));
    if (typeof value !== 'object' || value === null) return value;
    // A difference: what it is of stands beside it.
    const isOfSalt = 'path' in value && value.path === '/salt';
    const isRateLimited = 'code' in value && value.code === 'RATE_LIMITED';
    // A run on PostgreSQL has Redis beside it, which /readyz tells.
    const isOfRun = (field: string): boolean => field === 'redis' && 'status' in value;
    const fields = Object.entries(value).filter(([field]) => !isOfRun(field));
    return Object.fromEntries(
      fields.map(([field, inner]) => [
        this.ofText(field),
        this.ofField(isOfSalt && field !== 'path' ? 'salt' : field, inner, isRateLimited),
      ]),
    );
  }

  private ofField(field: string, value: unknown, isRateLimited: boolean): unknown {
    // The rest of a minute depends on when the minute began, and on what others ask in it.
    if (field === 'resetSeconds' || (field === 'retryAfterSeconds' && isRateLimited)) return '<seconds>';
    if (field === 'remaining') return '<left>';
    if (MACHINE_TIMES.has(field) && typeof value === 'number') return '<time>';
    if (typeof value !== 'string') return this.of(value);
    const kind = FIELDS[field] ?? (field === 'salt' && DRAWN_SALT.test(value) ? 'salt' : undefined);
    return kind === undefined ? this.ofText(value) : this.name(kind, value);
  }

  /** A text, with names for the values in it that are known by their form or were met before. */
  ofText(text: string): string {
    let named = text.replace(/(localhost|127\.0\.0\.1):\d+/g, '$1:<port>');
    named = named.replace(/;r=\d+;t=\d+/g, ';r=<left>;t=<seconds>');
    named = named.replace(/(?<=Try again in )\d+(?= s\.$)/g, '<some>');
    named = named.replace(ID, (id: string, noun: string) => this.name(noun, id));
    for (const [kind, form] of FORMS) named = named.replace(form, (value) => this.name(kind, value));
    return named.replace(/[A-Za-z0-9_-]{8,}/g, (token) => this.names.get(token) ?? token);
  }

  private name(kind: string, value: string): string {
    const known = this.names.get(value);
    if (known !== undefined) return known;
    const count = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, count);
    const name = `<${kind} ${count}>`;
    this.names.set(value, name);
    return name;
  }
}
