import { useClient, useFlag, useStatus, WhenReady } from '@flagstaff/react';

export function Shop() {
  return (
    <WhenReady fallback={<p>One moment …</p>}>
      <Checkout />
      <Users />
    </WhenReady>
  );
}

/** Renders again when this flag changes, and for no other. */
function Checkout() {
  const isNew = useFlag('new-checkout', false);
  return <h1>{isNew ? 'New checkout' : 'Old checkout'}</h1>;
}

function Users() {
  const client = useClient();
  const status = useStatus();
  return (
    <p>
      <button onClick={() => client.setContext({ targetingKey: 'grace' })}>Be Grace</button> Flags are {status}.
    </p>
  );
}
