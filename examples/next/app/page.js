import { flagsOnServer } from '../flags-on-server';
import { Flags } from './flags';
import { Checkout } from './checkout';

export const dynamic = 'force-dynamic';

/** Decides on the server, and hands the page what it has decided. */
export default async function Page({ searchParams }) {
  const { user = 'nobody' } = await searchParams;
  const context = { targetingKey: user };
  const flags = flagsOnServer();
  await flags.waitUntilReady();
  return (
    <>
      <p id="server">{flags.boolean('new-checkout', false, context) ? 'new' : 'old'}</p>
      <Flags
        url={process.env.FLAGSTAFF_PUBLIC_URL ?? process.env.FLAGSTAFF_URL}
        clientKey={process.env.FLAGSTAFF_CLIENT_KEY}
        context={context}
        bootstrap={flags.bootstrapFor(context)}
      >
        <Checkout />
      </Flags>
    </>
  );
}
