// Load by k6 (https://k6.io), for those who use it: k6 run -e FLAGSTAFF_KEY=fs_server_… deploy/k6/evaluate.js
// FLAGSTAFF_URL (http://localhost:4000), RATE (200 requests a second), DURATION (30s). Without k6: npm run load.
import { check } from 'k6';
import http from 'k6/http';
import { Counter } from 'k6/metrics';

const url = `${(__ENV.FLAGSTAFF_URL || 'http://localhost:4000').replace(/\/$/, '')}/graphql`;
const rate = Number(__ENV.RATE || 200);
const refused = new Counter('flagstaff_refused');

export const options = {
  scenarios: {
    evaluate: {
      executor: 'constant-arrival-rate',
      rate,
      timeUnit: '1s',
      duration: __ENV.DURATION || '30s',
      preAllocatedVUs: Math.max(10, Math.ceil(rate / 20)),
      maxVUs: Math.max(50, rate),
    },
  },
  thresholds: { checks: ['rate>0.999'], http_req_duration: ['p(99)<250'] },
};

const query =
  'query Load($contexts: [EvaluationContextInput!]!) { evaluate(contexts: $contexts) { revision results { evaluations { flagKey value reason } } } }';
const headers = { 'content-type': 'application/json', authorization: `Bearer ${__ENV.FLAGSTAFF_KEY}` };

export default function evaluate() {
  const contexts = [{ targetingKey: `user-${__VU}-${__ITER % 1000}` }];
  const response = http.post(url, JSON.stringify({ query, variables: { contexts } }), { headers, tags: { name: 'evaluate' } });
  if (response.status === 429) refused.add(1);
  check(response, { 'an evaluation is answered': ({ status, body }) => status === 200 && !String(body).includes('"errors"') });
}
