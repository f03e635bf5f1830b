/** Components of an application, for pages and for the server that renders them. */
import { FlagstaffProvider, useFlag, useFlagDetails, useStatus, useTrack, WhenReady } from '@flagstaff/react';
import { Suspense, useLayoutEffect, useState } from 'react';

/** Renders so far, by the name of the component. */
export const counts = {};
/** Values that components have rendered with, by the name of the component. */
export const seen = {};
/** Texts that were on the screen together, at each commit of a scenario that notes them. */
export const screens = [];

function count(name) {
  counts[name] = (counts[name] ?? 0) + 1;
}

function Shown({ name, flag, fallback = false, options }) {
  count(name);
  const value = useFlag(flag, fallback, options);
  (seen[name] ??= []).push(value);
  return <p id={name}>{JSON.stringify(value)}</p>;
}

function Detailed({ name, flag, fallback }) {
  count(name);
  const { value, errorCode, position } = useFlagDetails(flag, fallback);
  return <p id={name}>{JSON.stringify([value, errorCode, position?.revision ?? null])}</p>;
}

function Status() {
  return <p id="status">{useStatus()}</p>;
}

/** Two flags in three components. */
function Shop({ a, b }) {
  count('shop');
  return (
    <>
      <Shown name="first" flag={a} />
      <Shown name="second" flag={a} />
      <Shown name="other" flag={b} />
      <Status />
    </>
  );
}

function Suspended({ a, b }) {
  return (
    <Suspense fallback={<p id="waiting">waiting</p>}>
      <Shown name="first" flag={a} fallback="none" options={{ suspend: true }} />
      <Shown name="other" flag={b} fallback="none" options={{ suspend: true }} />
    </Suspense>
  );
}

function Gated({ a, timeoutMs }) {
  return (
    <WhenReady fallback={<p id="waiting">waiting</p>} timeoutMs={timeoutMs}>
      <Shown name="first" flag={a} fallback="none" />
    </WhenReady>
  );
}

/** Rows that each have a fallback of their own, of a flag that there is and of one that there is not. */
function Rows({ a, length }) {
  return Array.from({ length }, (_, i) => (
    <div key={i}>
      <Detailed name={`row-${i}`} flag={a} fallback={`fallback ${i}`} />
      <Shown name={`missing-${i}`} flag="missing" fallback={{ i }} />
    </div>
  ));
}

function block(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

function Slow({ flag, start }) {
  start();
  block(4);
  return <span>{String(useFlag(flag, false))}</span>;
}

/** A screen that takes longer to render than a change takes to come. Its commits are noted in `screens`. */
export const slow = { start: null, isRendering: false };
function SlowScreen({ a, length }) {
  const [round, setRound] = useState(0);
  slow.start = () => setRound((last) => last + 1);
  useLayoutEffect(() => {
    slow.isRendering = false;
    screens.push([...new Set([...document.querySelectorAll('span')].map(({ textContent }) => textContent))].join());
  });
  const start = () => (slow.isRendering = true);
  return (
    <>
      <p id="round">{round}</p>
      {Array.from({ length }, (_, i) => (
        <Slow key={`${round}-${i}`} flag={a} start={start} />
      ))}
    </>
  );
}

/** Changes a flag after the components have rendered, and before they are subscribed to it. */
function Racing({ a, change }) {
  useLayoutEffect(change, [change]);
  return <Shown name="first" flag={a} />;
}

function Tracking() {
  const track = useTrack();
  return (
    <button id="buy" onClick={() => track('bought', { value: 3 })}>
      Buy
    </button>
  );
}

function Alone({ a }) {
  return <Shown name="first" flag={a} />;
}

const SCENARIOS = { Shop, Suspended, Gated, Rows, SlowScreen, Racing, Tracking, Alone };

/** A scenario by its name, below a provider of the client, or below another wrapper. */
export function Application({ client, wrapper: Wrapper = FlagstaffProvider, scenario, props }) {
  const Scenario = SCENARIOS[scenario];
  return (
    <Wrapper client={client}>
      <Scenario {...props} />
    </Wrapper>
  );
}
