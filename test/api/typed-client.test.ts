import { switchFlag } from '../../examples/typed-client/switch-flag';
import { makeApiKey } from '../support/make';
import { makeScene } from '../support/scene';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

it('switches a flag by generated documents and reads its own write', async () => {
  const { project, environment, flag } = await makeScene(world);
  const serverKey = await makeApiKey(project, environment);
  const place = {
    url: world.url,
    organizationId: project.organizationId,
    projectKey: project.key,
    environmentKey: environment.key,
  };
  const credentials = { accessToken: world.owner.accessToken, serverKey };

  const on = await switchFlag(place, credentials, flag.key, { isEnabled: true, targetingKey: 'ada' });
  const off = await switchFlag(place, credentials, flag.key, { isEnabled: false, targetingKey: 'ada' });

  expect(on).toEqual({ flagKey: flag.key, value: true, variation: 'on', reason: 'FALLTHROUGH', errorCode: null });
  expect(off).toEqual({ flagKey: flag.key, value: false, variation: 'off', reason: 'DISABLED', errorCode: null });
});
