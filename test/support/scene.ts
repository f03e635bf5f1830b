/** The scene that most tests begin with. */
import { makeApiKey, makeEnvironment, makeFlag, makeProject, type Made, type MadeProject } from './make';
import type { World } from './world';

export interface Scene {
  readonly project: MadeProject;
  readonly environment: Made;
  readonly flag: Made;
}

export interface EmptyScene {
  readonly project: MadeProject;
  readonly environment: Made;
  /** The secret of a key of the environment. */
  readonly secret: string;
}

export type SceneWithKey = Scene & EmptyScene;

/** A project with one environment, at revision 1, whose one flag was created and is off. The input is of the flag. */
export async function makeScene(world: World, input: object = {}): Promise<Scene> {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  return { project, environment, flag: await makeFlag(project, input) };
}

/** The same, with a key of the environment. */
export async function makeSceneWithKey(world: World, kind = 'SERVER', input: object = {}): Promise<SceneWithKey> {
  const scene = await makeScene(world, input);
  return { ...scene, secret: await makeApiKey(scene.project, scene.environment, kind) };
}

/** A project with one environment, at revision 0, and a key, but without a flag. */
export async function makeEmptyScene(world: World, kind = 'SERVER'): Promise<EmptyScene> {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  return { project, environment, secret: await makeApiKey(project, environment, kind) };
}

/** The epoch of the key's environment. */
export async function epochOf(world: World, secret: string): Promise<string> {
  const { snapshot } = await world.client(secret).request<{ snapshot: { epoch: string } }>('{ snapshot { epoch } }');
  return snapshot.epoch;
}
