/** The traces of a fault of ours: one masked error for the client, and the cause in the log, once, under its request id. */
import { makeEnvironment, makeFlag, makeProject, type Made, type MadeProject } from '../../support/make';
import { answerOver, type Answer, type Transport } from '../../support/transports';
import type { World } from '../../support/world';

/** Something that is fine, whatever else fails. */
export interface MaskedScene {
  readonly world: World;
  readonly project: MadeProject;
  readonly environment: Made;
  readonly flag: Made;
}

export async function makePlace(world: World): Promise<MaskedScene> {
  const project = await makeProject(world);
  return { world, project, environment: await makeEnvironment(project), flag: await makeFlag(project) };
}

/** Asks as the owner of the world. */
export function asked(world: World, transport: Transport, query: string, variables: object = {}): Promise<Answer> {
  return answerOver(transport, world, { query, variables }, world.owner.accessToken);
}

/** The log lines of a request, but for its lines of every day. */
export function linesOf(world: World, requestId: string): Record<string, unknown>[] {
  return world.logLines().filter((line) => line.requestId === requestId && line.msg !== 'request' && line.msg !== 'operation');
}

/** One masked error, and the cause under its request id in the log, once. Answers the text of the cause. */
export function expectMasked(world: World, { errors }: Pick<Answer, 'errors'>): string {
  expect(errors).toHaveLength(1);
  const { message, extensions, ...place } = errors[0]!;
  expect(message).toBe('Internal error');
  expect(extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string });
  expect(Object.keys(place).filter((key) => !['locations', 'path'].includes(key))).toEqual([]);
  const lines = linesOf(world, extensions.requestId);
  expect(lines).toMatchObject([{ msg: 'request failed', level: 50 }]);
  const { err } = lines[0] as { err?: { message?: string } };
  return typeof err === 'object' && err !== null ? String(err.message) : String(err);
}

export async function expectServed({ world, project }: MaskedScene, transport: Transport): Promise<void> {
  const { data, errors } = await asked(world, transport, 'query ($id: ID!) { project(id: $id) { key } }', { id: project.id });
  expect({ data, errors }).toEqual({ data: { project: { key: project.key } }, errors: [] });
}
