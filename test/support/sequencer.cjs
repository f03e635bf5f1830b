'use strict';
// The files that take longest come first: a run in two processes otherwise ends with one of them alone. Jest knows durations from
// earlier runs, which a fresh clone does not have.
const { default: Sequencer } = require('@jest/test-sequencer');

const LONGEST = [
  'surface/fuzz',
  'api/access-matrix',
  'api/passwords',
  'delivery/snapshot-store',
  'recorded/recorded',
  'api/audit-chain',
  'delivery/change-notifiers',
  'attack/sockets',
  'access/secrets',
  'api/segments',
  'oidc/log-in',
  'api/key-usage',
];
const rankOf = ({ path }) => LONGEST.findIndex((name) => path.endsWith(`${name}.test.ts`)) >>> 0;

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => rankOf(one) - rankOf(other));
  }
};
