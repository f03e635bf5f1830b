import { modules } from './index';

/** Every table. */
export const entities = modules.flatMap(({ entities: ofNoun = [] }) => ofNoun);
