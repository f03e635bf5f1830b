/** Many writers, a network that cuts at random, and clients that have in the end, and on the way, exactly what the server has. */
import { WebSocket } from 'ws';
import type { Snapshot } from '../../../src/evaluation';
import { configure, eventually, make, makeFlag, makeSegment, toggle, type Made } from '../../support/make';
import { scaled } from '../../support/scale';
import { canonical, serve, snapshotOf, type Served } from '../support/served';

const CHANGES = scaled(500, 120);
const WRITERS = 4;

let served: Served;

beforeAll(async () => {
  served = await serve();
});

afterAll(() => served.close());

/** One random change of what this writer owns. */
async function change(flag: Made, segment: Made, i: number): Promise<void> {
  const { project, environment } = served;
  const dice = Math.random();
  if (dice < 0.4) await toggle(project, flag, environment, i % 2 === 0);
  else if (dice < 0.6) {
    const input = { segmentId: segment.id, keys: [`key-${i}`, `again-${i % 7}`] };
    await make(
      project.client,
      dice < 0.5 ? 'addSegmentKeys' : 'removeSegmentKeys',
      dice < 0.5 ? { ...input, list: 'INCLUDED' } : input,
      'revisions { revision }',
    );
  } else if (dice < 0.8) await makeFlag(project);
  else {
    const made = await makeFlag(project);
    await configure(project, made, environment, { fallthrough: { variation: 'off' } });
    const { flag: read } = await project.client.request<{ flag: { version: number } }>(
      'query ($id: ID!) { flag(id: $id) { version } }',
      { id: made.id },
    );
    const archive = { flagId: made.id, expectedVersion: read.version };
    const { flag: archived } = await make<{ flag: { version: number } }>(
      project.client,
      'archiveFlag',
      archive,
      'flag { version }',
    );
    const end = { flagId: made.id, expectedVersion: archived.version };
    if (dice < 0.9) await make(project.client, 'deleteFlag', end, 'revisions { revision }');
  }
}

it.each([
  ['Server-Sent Events', {}],
  ['WebSockets', { WebSocket }],
])(
  'has the server’s snapshot byte for byte, each revision applied once, over %s that are cut at random',
  async (_name, options) => {
    const { project, proxy, connect, snapshot } = served;
    const one = connect(options);
    const revisions: number[] = [];
    await one.client.waitUntilReady();
    // A snapshot is never changed, so that each can be compared later, however fast the next one comes.
    const held = new Map<number, Snapshot>();
    one.client.on('change', ({ position }) => {
      revisions.push(position.revision);
      held.set(position.revision, snapshotOf(one));
    });
    const compared: [string, string][] = [];
    let isOver = false;
    const cutting = (async () => {
      while (!isOver) {
        await new Promise((resolve) => setTimeout(resolve, 300 * Math.random()));
        proxy.cut();
        const server = await snapshot();
        await eventually(async () => snapshotOf(one).revision >= server.revision);
        // Revisions that were read together have no snapshot each.
        const own = held.get(server.revision);
        if (own !== undefined) compared.push([canonical(own), canonical(server)]);
      }
    })();
    await Promise.all(
      Array.from({ length: WRITERS }, async () => {
        const [flag, segment] = [await makeFlag(project), await makeSegment(project)];
        for (let i = 0; i < CHANGES / WRITERS; i++) await change(flag, segment, i);
      }),
    );
    isOver = true;
    await cutting;

    const last = await snapshot();
    await eventually(async () => one.client.position?.revision === last.revision);

    expect(canonical(snapshotOf(one))).toBe(canonical(last));
    for (const [own, server] of compared) expect(own).toBe(server);
    expect(compared.length).toBeGreaterThan(0);
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
  },
);
