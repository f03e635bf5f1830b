'use client';
import { useFlag, useStatus } from '@flagstaff/react';

export function Checkout() {
  const isNew = useFlag('new-checkout', false);
  return (
    <>
      <p id="checkout">{isNew ? 'The new checkout' : 'The old checkout'}</p>
      <p id="status">{useStatus()}</p>
    </>
  );
}
