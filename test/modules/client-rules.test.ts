import { nextReportMs } from '../../src/modules/clients/client-rules';

it.each([
  [1, 60_000],
  [100, 60_000],
  [101, 60_600],
  [500, 300_000],
  [1_000, 600_000],
  [20_000, 600_000],
])('asks for the next report so late that %i reports a second become 100, in a minute to ten: %i ms', (reports, ms) => {
  expect(nextReportMs(reports)).toBe(ms);
});
