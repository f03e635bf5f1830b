// Runs every conformance vector in headless Chromium: on the same files that the server runs, unbundled, the compiler writes ES
// modules and an import map names re2js; and on the minified builds of packages/evaluation. Last line: `N passed, N failed, 0 skipped`.
import { build } from 'esbuild';
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { optionsOf } from '../../scripts/build-packages.mjs';

const TIMEOUT_MS = 60_000;
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const require = createRequire(import.meta.url);
const modules = join(root, '.cache', `evaluation-browser-${process.pid}`);
const conformance = join(root, 'test', 'conformance');
const topics = readdirSync(conformance)
  .filter((file) => /^\d\d-.*\.json$/.test(file))
  .sort();

const PAGE = `<!doctype html><meta charset="utf-8">
<script type="importmap">{ "imports": { "re2js": "/re2js.js" } }</script>
<script type="module">
const report = { passed: 0, failed: [] };
try {
  const { RE2JS } = await import('re2js');
  for (const path of ['/core/index', '/built/index', '/built/lite']) {
    const { compileSnapshot, evaluate, useRegexEngine } = await import(path);
    useRegexEngine?.(RE2JS);
    for (const file of ${JSON.stringify(topics)}) {
      const { snapshot, cases } = await (await fetch('/conformance/' + file)).json();
      const { compiled } = compileSnapshot(snapshot);
      for (const { description, flagKey, context, expected } of cases) {
        const actual = evaluate(compiled, flagKey, context);
        const different = Object.keys(expected).filter((name) => JSON.stringify(actual[name]) !== JSON.stringify(expected[name]));
        if (different.length === 0) report.passed += 1;
        else report.failed.push(path + ' ' + file + ': ' + description + ' (' + different.join(', ') + ')');
      }
    }
  }
} catch (error) {
  report.failed.push(String(error?.stack ?? error));
}
await fetch('/report', { method: 'POST', body: JSON.stringify(report) });
</script>`;

function findBrowser() {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of BROWSERS) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // Not here; the next place may have it.
      }
    }
  }
  return null;
}

function compileCore() {
  mkdirSync(modules, { recursive: true });
  const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  const options = [
    '-p',
    join(root, 'src', 'evaluation'),
    '--noEmit',
    'false',
    '--module',
    'ES2022',
    '--moduleResolution',
    'bundler',
    '--outDir',
    modules,
  ];
  const { status, stdout } = spawnSync(process.execPath, [compiler, ...options], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The core does not compile to ES modules:\n${stdout}`);
}

/** One minified file for each entry of the package, with all that it imports. */
async function bundlePackage() {
  for (const name of ['index', 'lite'])
    await build({
      ...optionsOf('evaluation', name),
      external: [],
      mainFields: ['module', 'main'],
      minify: true,
      format: 'esm',
      outfile: join(modules, 'built', `${name}.js`),
    });
}

/** The content type and text for a path of the page, or null. */
function answer(path) {
  const module = /^\/(?:core\/)?((?:built\/)?[a-z0-9-]+)$/.exec(path);
  if (path === '/') return ['text/html', PAGE];
  if (path === '/re2js.js') return ['text/javascript', readFileSync(join(dirname(require.resolve('re2js')), 'index.js'))];
  if (module !== null) return ['text/javascript', readFileSync(join(modules, `${module[1]}.js`))];
  const file = normalize(path).split(sep).pop();
  return path.startsWith('/conformance/') && topics.includes(file)
    ? ['application/json', readFileSync(join(conformance, file))]
    : null;
}

function serve(onReport) {
  const server = createServer((request, response) => {
    if (request.method === 'POST' && request.url === '/report') {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        response.end();
        onReport(JSON.parse(body));
      });
      return;
    }
    const found = answer(request.url ?? '/');
    if (found === null) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': `${found[0]}; charset=utf-8` }).end(found[1]);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** The browser and the processes that it started: it leads a group of its own. */
function killGroup(pid) {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

async function runInBrowser(browser) {
  const profile = mkdtempSync(join(tmpdir(), 'flagstaff-browser-'));
  let settle;
  const reported = new Promise((resolve) => (settle = resolve));
  const server = await serve((report) => settle(report));
  const url = `http://127.0.0.1:${server.address().port}/`;
  const child = spawn(browser, [...FLAGS, `--user-data-dir=${profile}`, url], { stdio: 'ignore', detached: true });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.once('error', (error) => settle({ passed: 0, failed: [`${browser} did not start: ${error.message}`] }));
  const timer = setTimeout(
    () => settle({ passed: 0, failed: [`${browser} did not report within ${TIMEOUT_MS / 1000} s.`] }),
    TIMEOUT_MS,
  );
  void exited.then((code) => settle({ passed: 0, failed: [`${browser} ended with code ${code} before it reported.`] }));
  const report = await reported;
  clearTimeout(timer);
  killGroup(child.pid);
  await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 2_000))]);
  server.closeAllConnections();
  server.close();
  try {
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  } catch (error) {
    // The vectors' answers stand; the profile lies in the temporary folder.
    console.error(`The browser's profile could not be removed: ${error.message}`);
  }
  return report;
}

const browser = findBrowser();
if (browser === null) {
  console.error(`No browser is on the PATH; one of ${BROWSERS.join(', ')} is needed.`);
  console.log('0 passed, 1 failed, 0 skipped');
  process.exit(1);
}
let report;
try {
  compileCore();
  await bundlePackage();
  report = await runInBrowser(browser);
} catch (error) {
  report = { passed: 0, failed: [String(error?.message ?? error)] };
} finally {
  rmSync(modules, { recursive: true, force: true });
}
for (const line of report.failed) console.error(line);
console.log(`${report.passed} passed, ${report.failed.length} failed, 0 skipped`);
process.exit(report.failed.length === 0 && report.passed > 0 ? 0 : 1);
