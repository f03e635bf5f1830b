/** The story, in its order. Each chapter stands on those before it. */
import { tellAudit } from './chapter-audit';
import { tellBeginning } from './chapter-beginning';
import { tellEnds } from './chapter-ends';
import { tellEvaluation } from './chapter-evaluation';
import { tellFlagReads, tellFlags } from './chapter-flags';
import { tellKeys } from './chapter-keys';
import { tellPeople } from './chapter-people';
import { tellPlainHttp } from './chapter-plain-http';
import { tellRefusals } from './chapter-refusals';
import { tellSegments } from './chapter-segments';
import { tellStreams } from './chapter-streams';
import { tellTargeting } from './chapter-targeting';
import { tellTransport } from './chapter-transport';
import type { Stage } from './stage';

const CHAPTERS: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  beginning: tellBeginning,
  people: tellPeople,
  keys: tellKeys,
  segments: tellSegments,
  flags: tellFlags,
  targeting: tellTargeting,
  reading: tellFlagReads,
  evaluation: tellEvaluation,
  'plain HTTP': tellPlainHttp,
  transport: tellTransport,
  streams: tellStreams,
  refusals: tellRefusals,
  audit: tellAudit,
  ends: tellEnds,
};

export async function tellStory(stage: Stage): Promise<void> {
  for (const [name, tell] of Object.entries(CHAPTERS)) {
    stage.story.begin(name);
    await tell(stage);
  }
}
