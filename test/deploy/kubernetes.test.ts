/** deploy/kubernetes, as far as it can be told without a cluster: it builds, has the types of Kubernetes, and fits the server. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { parse, parseAllDocuments } from 'yaml';
import { readConfig } from '../../src/config';
import { drainMsMax } from '../../src/http/drain';
import { PACKAGE_ROOT } from '../../src/package-root';
import { VARIABLE_NAMES } from '../../src/variables';

const ROOT = join(PACKAGE_ROOT, 'deploy', 'kubernetes');
const OVERLAYS = ['base', 'overlays/canary', 'overlays/blue-green'];
const hasKubectl = spawnSync('kubectl', ['kustomize', '--help'], { stdio: 'ignore' }).status === 0;
const withKubectl = hasKubectl ? it : it.skip;

type Labels = Readonly<Record<string, string>>;
interface Container {
  readonly command?: readonly string[];
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly valueFrom: { readonly secretKeyRef: { readonly key: string } } }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly readinessProbe?: { readonly httpGet: { readonly path: string; readonly port: string } };
  readonly livenessProbe?: { readonly httpGet: { readonly path: string } };
  readonly securityContext: object;
}
interface Pod {
  readonly metadata: { readonly labels: Labels };
  readonly spec: {
    readonly containers: readonly [Container];
    readonly securityContext: object;
    readonly terminationGracePeriodSeconds?: number;
  };
}
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Labels;
  readonly spec: {
    readonly template: Pod;
    readonly selector?: Labels & { readonly matchLabels?: Labels };
    readonly scaleTargetRef?: { readonly name: string };
    readonly replicas?: number;
  };
}

const read = (file: string): Manifest => parse(readFileSync(join(ROOT, file), 'utf8')) as Manifest;
const deployment = read('base/server/deployment.yaml');
const migration = read('base/shared/migration.yaml');
const { data: settings = {} } = read('base/shared/configuration.yaml');
const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'));

function build(overlay: string): Manifest[] {
  const { stdout, stderr } = spawnSync('kubectl', ['kustomize', join(ROOT, overlay)], { encoding: 'utf8' });
  if (stderr !== '') throw new Error(stderr);
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}

const includes = (labels: Labels, selector: Labels): boolean =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);

it('names in each kustomization files that are there, and leaves none out', () => {
  const listed = files
    .filter((file) => file.endsWith('kustomization.yaml'))
    .flatMap((file) => {
      const { resources } = parse(readFileSync(join(ROOT, file), 'utf8')) as { resources: string[] };
      return resources.filter((name) => name.endsWith('.yaml')).map((name) => join(file, '..', name));
    });

  expect(listed.sort()).toEqual(files.filter((file) => !file.endsWith('kustomization.yaml')).sort());
});

it('sets only variables that the server knows, and the server starts with them', () => {
  const { containers } = deployment.spec.template.spec;
  const secrets = Object.fromEntries(containers[0].env.map(({ name }) => [name, 'x'.repeat(32)]));
  const urls = { DATABASE_URL: 'postgres://db/flagstaff', REDIS_URL: 'redis://redis', SMTP_URL: '', OIDC_CLIENT_SECRET: '' };

  const config = readConfig({ NODE_ENV: 'production', HOST: '0.0.0.0', PORT: '4000', ...settings, ...secrets, ...urls });

  expect(Object.keys({ ...settings, ...secrets }).filter((name) => !VARIABLE_NAMES.includes(name))).toEqual([]);
  expect(config).toMatchObject({ isProduction: true, trustedProxies: ['uniquelocal'], publicUrl: 'https://flags.example.com' });
  for (const { name, valueFrom } of containers[0].env) expect(valueFrom.secretKeyRef.key).toBe(name);
});

it('waits longer than the longest drain before it kills', () => {
  const config = readConfig({
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://db/f',
    JWT_SECRET: 'j'.repeat(32),
    KEY_PEPPER: 'k'.repeat(32),
    ...settings,
  });

  // Work under way in the database and in mail may take 40 seconds more, beside the connections.
  const longestMs = config.drainDelayMs + drainMsMax(config.limits) + 40_000;
  expect(deployment.spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(longestMs / 1_000);
});

it('probes what the server has, and runs what is in the image', () => {
  const [server] = deployment.spec.template.spec.containers;
  const dockerfile = readFileSync(join(PACKAGE_ROOT, 'Dockerfile'), 'utf8');
  const ports = Object.fromEntries((server.ports ?? []).map(({ name, containerPort }) => [name, String(containerPort)]));

  expect(ports).toEqual({ http: /PORT=(\d+)/.exec(dockerfile)![1], metrics: settings.METRICS_PORT });
  expect(server.readinessProbe!.httpGet).toEqual({ path: '/readyz', port: 'http' });
  expect(server.livenessProbe!.httpGet.path).toBe('/livez');
  expect(migration.spec.template.spec.containers[0].command).toEqual(['node', 'dist/src/commands/operate.js', 'db:migrate']);
});

it.each([
  ['servers', deployment],
  ['the migration', migration],
])('gives %s no rights', (_what, { spec: { template } }) => {
  const [{ securityContext }] = template.spec.containers;

  expect(template.spec.securityContext).toMatchObject({
    runAsNonRoot: true,
    runAsUser: 1000,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  expect(securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
});

withKubectl.each(OVERLAYS)('builds %s, whose selectors choose what they mean', (overlay) => {
  const manifests = build(overlay);
  const ofKind = (kind: string): Manifest[] => manifests.filter((one) => one.kind === kind);
  const servers = ofKind('Deployment');
  const namesOf = (selector: Labels): string[] =>
    servers.filter(({ spec }) => includes(spec.template.metadata.labels, selector)).map(({ metadata }) => metadata.name);
  const served = Object.fromEntries(ofKind('Service').map(({ metadata, spec }) => [metadata.name, namesOf(spec.selector!)]));

  for (const { metadata, spec } of [...servers, ...ofKind('PodDisruptionBudget')])
    expect(namesOf(spec.selector!.matchLabels!)).toEqual([metadata.name]);
  for (const { metadata, spec } of ofKind('HorizontalPodAutoscaler')) expect(spec.scaleTargetRef!.name).toBe(metadata.name);
  expect(served).toEqual(
    {
      base: { flagstaff: ['flagstaff-stable'] },
      'overlays/canary': { flagstaff: ['flagstaff-canary', 'flagstaff-stable'] },
      'overlays/blue-green': {
        flagstaff: ['flagstaff-blue'],
        'flagstaff-blue': ['flagstaff-blue'],
        'flagstaff-green': ['flagstaff-green'],
      },
    }[overlay],
  );
  const images = servers.map(({ spec }) => spec.template.spec.containers[0].image.split(':')[0]);
  expect(new Set(images)).toEqual(new Set(['registry.example.com/flagstaff']));
  expect(ofKind('Job').map(({ spec }) => spec.template.spec.containers[0].image)).toEqual([
    'registry.example.com/flagstaff:0.1.0',
  ]);
  const replicas = servers.map(({ spec }) => spec.replicas);
  expect(replicas).toEqual(overlay === 'overlays/canary' ? [1, undefined] : servers.map(() => undefined));
});

/** The module of kubernetes-types that has the type of a kind. */
const MODULES: Labels = {
  'v1 Service': 'core/v1',
  'v1 ConfigMap': 'core/v1',
  'v1 ServiceAccount': 'core/v1',
  'apps/v1 Deployment': 'apps/v1',
  'batch/v1 Job': 'batch/v1',
  'policy/v1 PodDisruptionBudget': 'policy/v1',
  'autoscaling/v2 HorizontalPodAutoscaler': 'autoscaling/v2',
  'networking.k8s.io/v1 NetworkPolicy': 'networking/v1',
};

it('has only members that Kubernetes has, of its types', () => {
  const manifests = hasKubectl ? OVERLAYS.flatMap(build) : files.filter((file) => !file.endsWith('kustomization.yaml')).map(read);
  const lines = manifests.map(({ apiVersion, kind, ...rest }, index) => {
    const type = `import('kubernetes-types/${MODULES[`${apiVersion} ${kind}`]}').${kind}`;
    return `export const manifest${index}: ${type} = ${JSON.stringify({ apiVersion, kind, ...rest })};`;
  });
  // Below the packages, so that they are found.
  const directory = mkdtempSync(join(PACKAGE_ROOT, 'node_modules', '.cache', 'kubernetes-'));
  const [right, wrong] = [join(directory, 'right.ts'), join(directory, 'wrong.ts')];
  writeFileSync(right, lines.join('\n'));
  writeFileSync(wrong, lines.join('\n').replaceAll('readinessProbe', 'readynessProbe'));
  const program = ts.createProgram([right, wrong], { strict: true, noEmit: true, types: [], lib: ['lib.es5.d.ts'] });
  const problemsOf = (file: string): string[] =>
    program
      .getSemanticDiagnostics(program.getSourceFile(file))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  const [problems, misspelled] = [problemsOf(right), problemsOf(wrong)];
  rmSync(directory, { recursive: true });

  expect(problems).toEqual([]);
  expect(misspelled.length).toBeGreaterThan(0);
});
