/** The bounds of what a flag or a segment may hold. Write validation refuses more; messages quote them. */

export const MIN_VARIATIONS = 2;
export const MAX_VARIATIONS = 100;
export const MAX_PREREQUISITES = 20;
/** Targeting keys in all individual targets of one flag configuration together. */
export const MAX_TARGET_KEYS = 1_000;
export const MAX_RULES = 200;
/** Operands of one condition. Also kept at compile time, where each may be a regular expression to compile. */
export const MAX_CONDITION_VALUES = 1_000;
/** Groups inside groups. Bounds the recursion of compile and of evaluation. */
export const MAX_CONDITION_DEPTH = 8;
/** Included and excluded keys of one segment together. */
export const MAX_SEGMENT_KEYS = 100_000;
/** UTF-16 code units of one regular expression. */
export const MAX_REGEX_LENGTH = 512;
/** Instructions of one compiled regular expression: matching costs at most this many steps per character. */
export const MAX_REGEX_PROGRAM = 2_000;
/** UTF-16 code units of a version, as in node-semver. */
export const MAX_VERSION_LENGTH = 256;
/** Flags on the longest path of prerequisites, the flag itself counted. Bounds the recursion of evaluation. */
export const MAX_PREREQUISITE_DEPTH = 50;
/** Segments on the longest path of segments inside segments. Bounds the recursion of evaluation. */
export const MAX_SEGMENT_DEPTH = 20;
/** What the weights of a rollout sum to: thousandths of a percent. */
export const WEIGHT_TOTAL = 100_000;
