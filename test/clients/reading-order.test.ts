/**
 * Every command of the README, of docs/FIRST-FLAG.md, docs/HOW-TO.md and examples/, run in the order in which somebody reads them,
 * by the programs that they name, against the server as a process with its real limits: each prints what the text says.
 */
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { parse, validate } from 'graphql';
import { PACKAGE_ROOT } from '../../src/package-root';
import { createSchema } from '../../src/schema';
import { examplesIn, printsAs, type Example } from '../support/documents';
import { eventually } from '../support/make';
import { cleanUpProcesses, freePort, makePlace, runProgram } from '../support/processes';

interface Reader {
  readonly port: number;
  readonly url: string;
  /** A directory that looks like a clone; what is written there is thrown away. */
  readonly directory: string;
  readonly env: Record<string, string>;
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const directories: string[] = [];
const children: ChildProcess[] = [];
afterAll(async () => {
  for (const child of children) child.kill();
  await cleanUpProcesses();
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

async function startReading(): Promise<Reader> {
  const place = await makePlace();
  const port = await freePort();
  const program = runProgram({ ...place, PORT: String(port) });
  const url = await program.listening;
  const token = join(place.DATA_DIR!, 'set-up-token');
  // Beside a PostgreSQL server, the token is printed only.
  if (!existsSync(token)) writeFileSync(token, /set-up token: (\S+)/.exec(program.stdout())![1]!);
  const directory = mkdtempSync(join(tmpdir(), 'flagstaff-reader-'));
  directories.push(directory);
  for (const name of ['examples', 'scripts', 'node_modules', 'package.json', 'tsconfig.json'])
    symlinkSync(join(PACKAGE_ROOT, name), join(directory, name));
  symlinkSync(place.DATA_DIR!, join(directory, 'data'));
  return { port, url, directory, env: { PATH: process.env.PATH!, HOME: process.env.HOME!, PORT: String(port) } };
}

function run(
  { directory, env }: Reader,
  program: string,
  args: readonly string[],
  more: Record<string, string> = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd: directory, env: { ...env, ...more } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

/** Runs the commands one after the other in one shell, as a reader's terminal is one; answers what each printed. */
async function runAll(reader: Reader, texts: readonly string[], more: Record<string, string> = {}): Promise<string[]> {
  const mark = '--- next ---';
  const script = texts
    .map((text) => `${text}\necho; echo '${mark}'`)
    .join('\n')
    .replaceAll('http://localhost:4000', reader.url);
  const { stdout, stderr } = await run(reader, 'bash', ['-c', `exec 2>&1\n${script}`], more);
  const parts = stdout.split(`${mark}\n`).slice(0, -1);
  if (parts.length !== texts.length) throw new Error(`${stdout}${stderr}`);
  return parts;
}

/** The examples that did not print what the text says. */
function differences(reader: Reader, examples: readonly Example[], printed: readonly string[]): object[] {
  return examples.flatMap(({ heading, output }, i) => {
    const said = (output ?? '').replaceAll('http://localhost:4000', reader.url);
    const found = printsAs(printed[i]!, said);
    return found === 'as the text says' ? [] : [{ heading, ...found }];
  });
}

describe('the README, after npm run demo', () => {
  let reader: Reader;
  let demo: Ran;
  let variables: Record<string, string>;
  const found = (pattern: RegExp): string => pattern.exec(demo.stdout)?.[1] ?? '';
  beforeAll(async () => {
    reader = await startReading();
    demo = await run(reader, process.execPath, [join(PACKAGE_ROOT, 'scripts', 'demo.mjs')], {
      DATA_DIR: join(reader.directory, 'data'),
    });
    variables = {
      FLAGSTAFF_KEY: found(/SERVER production +(\S+)/),
      OWNER_EMAIL: 'owner@example.com',
      OWNER_PASSWORD: found(/owner@example\.com +(\S+)/),
    };
  });

  /** With what the reader is to put in. */
  const filledIn = (text: string): string =>
    text
      .replaceAll('fs_server_…', variables.FLAGSTAFF_KEY!)
      .replaceAll('fs_client_…', found(/CLIENT production +(\S+)/))
      .replaceAll('OWNER_PASSWORD=…', `OWNER_PASSWORD=${variables.OWNER_PASSWORD}`)
      .replaceAll('environment_…', found(/Environment +(\S+) \(production\)/))
      .replaceAll('organization_…', found(/Organization +(\S+)/));
  const inSection = (title: string, language = 'bash'): Example[] =>
    examplesIn('README.md', language).filter(({ heading }) => heading === title);
  const tell = async (examples: readonly Example[]): Promise<object[]> =>
    differences(
      reader,
      examples,
      await runAll(
        reader,
        examples.map(({ text }) => filledIn(text)),
        variables,
      ),
    );

  it('has a demo that runs to its end, and names GraphiQL, which is served', () => {
    expect([demo.code, demo.stderr]).toEqual([0, '']);
    expect(demo.stdout).toContain(`GraphiQL      ${reader.url}/graphiql`);
  });

  it('has no command that is not run here', () => {
    const titles = examplesIn('README.md', 'bash').map(({ heading }) => heading);

    expect([...new Set(titles)]).toEqual([
      'A first query',
      'A first subscription',
      'Evaluate from your language',
      'OpenFeature, LaunchDarkly clients, and traces',
      'Users and their sessions',
      // It starts containers.
      'Production',
    ]);
  });

  it('answers the first query', async () => {
    expect(await tell(inSection('A first query'))).toEqual([]);
  });

  it('tells the subscriber of the change', async () => {
    const [, toggling] = inSection('A first subscription');
    const [, heard] = /^```\n(revision[^`]*)```/m.exec(readFileSync(join(PACKAGE_ROOT, 'README.md'), 'utf8'))!;
    const subscriber = spawn(process.execPath, ['examples/subscribe.mjs'], {
      cwd: reader.directory,
      env: { ...reader.env, ...variables },
    });
    children.push(subscriber);
    let [printed, noted] = ['', ''];
    subscriber.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    subscriber.stderr.setEncoding('utf8').on('data', (text: string) => (noted += text));
    await eventually(async () => noted.includes('Waiting for changes'));

    const wrong = await tell([toggling!]);
    await eventually(async () => printed.includes('\n'));

    expect(wrong).toEqual([]);
    expect(printsAs(printed, heard!)).toBe('as the text says');
    expect(noted).toBe(`Waiting for changes at ${reader.url.replace('http', 'ws')}/graphql; Ctrl+C ends.\n`);
  });

  const languages: [string, string, string[]][] = [
    ['bash', 'bash', ['-c']],
    ['ts', process.execPath, ['--input-type=module', '--eval']],
    ['python', 'python3', ['-c']],
  ];
  // Not every machine has Python.
  it.each(languages.filter(([, program]) => !spawnSync(program, ['--version']).error))(
    'evaluates in %s',
    async (language, program, args) => {
      const [example] = inSection('Evaluate from your language', language);
      const text = example!.text.replaceAll('http://localhost:4000', reader.url);
      const { module, target } = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
      const code = language === 'ts' ? ts.transpileModule(text, { compilerOptions: { module, target } }).outputText : text;

      const { stdout, stderr } = await run(reader, program, [...args, code], variables);

      expect([stderr, stdout]).toEqual([
        '',
        language === 'bash' ? expect.stringContaining('"free-shipping-threshold":25,') : '25\n',
      ]);
    },
  );

  it('evaluates by the SDKs of OpenFeature, for servers and for browsers', async () => {
    const examples = inSection('OpenFeature, LaunchDarkly clients, and traces', 'ts');
    const { module, target } = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    const texts = examples.map(({ text }) => filledIn(text).replaceAll('http://localhost:4000', reader.url));
    const codes = texts.map((text) => ts.transpileModule(text, { compilerOptions: { module, target } }).outputText);

    // Node 26 warns of the localStorage that the provider for browsers looks for.
    const env = { ...variables, NODE_NO_WARNINGS: '1' };
    const ran = await Promise.all(
      // The provider for browsers keeps listening; the page would, too.
      codes.map((code) => run(reader, process.execPath, ['--input-type=module', '--eval', `${code}\nprocess.exit();`], env)),
    );

    expect(ran.map(({ stdout, stderr }) => [stdout, stderr])).toEqual([
      ['25\n', ''],
      ['25\n', ''],
    ]);
  });

  it('answers OFREP, the form of LaunchDarkly, and the trace', async () => {
    expect(await tell(inSection('OpenFeature, LaunchDarkly clients, and traces'))).toEqual([]);
  });

  it('refreshes a session', async () => {
    const [example] = inSection('Users and their sessions');
    const logIn = `node examples/ask.mjs logIn.refreshToken <<END
mutation { logIn(input: { email: "$OWNER_EMAIL", password: "$OWNER_PASSWORD" }) { refreshToken userErrors { message } } }
END`;
    const [token] = await runAll(reader, [`unset FLAGSTAFF_KEY; ${logIn}`], variables);
    const [answer] = await runAll(reader, [example!.text.replace('fs_refresh_…', token!.trim())], variables);

    const said =
      '{"data":{"refreshSession":{"accessToken":"eyJ…","refreshToken":"fs_refresh_…","expiresAt":"…Z","userErrors":[]}}}';
    expect(printsAs(answer!, said)).toBe('as the text says');
  });

  it('runs the typed client', async () => {
    expect(await tell(examplesIn('examples/typed-client/README.md', 'bash'))).toEqual([]);
  });

  it.each<[string, string[], Record<string, string>, number, string | RegExp]>([
    ['toggle.mjs without a state', ['toggle.mjs', 'environment_0', 'new-checkout'], {}, 2, /^Usage: .* on\|off\n$/],
    ['toggle.mjs with an unknown state', ['toggle.mjs', 'environment_0', 'new-checkout', 'enabled'], {}, 2, /^Usage: /],
    [
      'toggle.mjs without a password',
      ['toggle.mjs', 'environment_0', 'x', 'on'],
      { OWNER_PASSWORD: '' },
      2,
      /^OWNER_PASSWORD is not set/,
    ],
    [
      'toggle.mjs with a wrong password',
      ['toggle.mjs', 'environment_0', 'x', 'on'],
      { OWNER_PASSWORD: 'x' },
      1,
      'E-mail or password is wrong.\n',
    ],
    [
      'toggle.mjs with an unknown environment',
      ['toggle.mjs', 'environment_0', 'x', 'on'],
      {},
      1,
      /^id: There is no environment "environment_0"/,
    ],
    [
      'toggle.mjs where no server is',
      ['toggle.mjs', 'environment_0', 'x', 'on'],
      { PORT: '2' },
      1,
      /^No server answers at http:\/\/localhost:2\/graphql/,
    ],
    [
      'toggle.mjs with half an address',
      ['toggle.mjs', 'environment_0', 'x', 'on'],
      { FLAGSTAFF_URL: 'localhost:4000' },
      2,
      /^FLAGSTAFF_URL is "localhost:4000"/,
    ],
    [
      'subscribe.mjs without a key',
      ['subscribe.mjs'],
      { FLAGSTAFF_KEY: '' },
      2,
      /^FLAGSTAFF_KEY is not set: it must be the SERVER key/,
    ],
    [
      'subscribe.mjs with a wrong key',
      ['subscribe.mjs'],
      { FLAGSTAFF_KEY: 'fs_server_x' },
      1,
      /^The server does not accept FLAGSTAFF_KEY/m,
    ],
  ])('is told in one sentence what is wrong: %s', async (_what, [script, ...args], more, code, sentence) => {
    const ran = await run(reader, process.execPath, [`examples/${script}`, ...args], { ...variables, ...more });

    expect(ran.code).toBe(code);
    expect(ran.stderr).toMatch(sentence);
    expect(ran.stderr).not.toMatch(/^\s+at /m);
  });

  it.each(['http://localhost:PORT', 'ws://localhost:PORT/graphql', 'http://localhost:PORT/graphql/'])(
    'takes %s for the address, and does not switch off what is to be on',
    async (form) => {
      const address = { FLAGSTAFF_URL: form.replace('PORT', String(reader.port)), PORT: '2' };
      const args = ['examples/toggle.mjs', found(/Environment +(\S+) \(production\)/), 'wish-list', 'true'];
      const { stdout } = await run(reader, process.execPath, args, { ...variables, ...address });

      expect(stdout).toMatch(/^\{"configuration":\{"isEnabled":true,/);
    },
  );

  it('ends with 1 where the kill switch was refused, and with 2 where it was called in a wrong way', async () => {
    const environment = found(/Environment +(\S+) \(production\)/);
    const kill = (args: readonly string[], more: Record<string, string>): Promise<Ran> =>
      run(reader, 'sh', ['examples/kill-switch.sh', ...args], { ...variables, ...more });

    expect(await kill([environment], {})).toMatchObject({ code: 2, stderr: expect.stringMatching(/^Usage: /) as string });
    expect(await kill([environment, 'x'], { FLAGSTAFF_KEY: '' })).toMatchObject({ code: 2 });
    expect(await kill([environment, 'x'], { PORT: '2' })).toMatchObject({ code: 1 });
    // A SERVER key may not switch.
    expect(await kill([environment, 'wish-list'], {})).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/\w/) as string,
    });
  });
});

describe('an empty server', () => {
  it('comes to a first flag by docs/FIRST-FLAG.md, and on through docs/HOW-TO.md', async () => {
    const reader = await startReading();
    const examples = ['docs/FIRST-FLAG.md', 'docs/HOW-TO.md'].flatMap((file) => examplesIn(file, 'bash'));

    const printed = await runAll(
      reader,
      examples.map(({ text }) => text),
    );

    expect(differences(reader, examples, printed)).toEqual([]);
  });
});

it('has GraphQL that is right in every document and example', () => {
  const schema = createSchema(join(PACKAGE_ROOT, 'schema'));
  const docs = readdirSync(join(PACKAGE_ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  const examples = ['README.md', ...docs.map((name) => `docs/${name}`)].flatMap((file) =>
    examplesIn(file, 'graphql').map(({ text }) => [file, text] as const),
  );
  const queries = readFileSync(join(PACKAGE_ROOT, 'examples', 'queries.graphql'), 'utf8');

  for (const [file, text] of [...examples, ['examples/queries.graphql', queries] as const]) {
    expect([file, validate(schema, parse(text)).map(({ message }) => message)]).toEqual([file, []]);
  }
});

it('has TypeScript that compiles under strict, without the types of browsers', () => {
  const files = ['README.md', 'docs/OFREP.md', 'docs/OIDC.md', 'docs/PROTOCOL.md', 'examples/typed-client/README.md'];
  const texts = new Map(
    files.flatMap((file) =>
      examplesIn(file, 'ts').map(({ text }, i) => [
        join(PACKAGE_ROOT, `${file.replaceAll('/', '-')}-${i}.mts`),
        `${text}\nexport {};\n`,
      ]),
    ),
  );
  const options: ts.CompilerOptions = {
    strict: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    skipLibCheck: true,
    lib: ['lib.es2023.d.ts'],
    types: ['node'],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  };
  const host = ts.createCompilerHost(options);
  const onDisk = { ...host };
  host.fileExists = (name) => texts.has(name) || onDisk.fileExists(name);
  host.readFile = (name) => texts.get(name) ?? onDisk.readFile(name);
  host.getSourceFile = (name, target, ...rest) =>
    texts.has(name) ? ts.createSourceFile(name, texts.get(name)!, target) : onDisk.getSourceFile(name, target, ...rest);
  const program = ts.createProgram([...texts.keys()], options, host);

  const problems = ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));

  expect(texts.size).toBeGreaterThanOrEqual(4);
  expect(problems).toEqual([]);
});
