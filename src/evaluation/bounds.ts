/** The bounds of what a flag or a segment may hold. Write validation refuses more; messages quote them. */

export const MIN_VARIATIONS = 2;
export const VARIATIONS_MAX = 100;
export const PREREQUISITES_MAX = 20;
/** Targeting keys in all individual targets of one flag configuration together. */
export const TARGET_KEYS_MAX = 1_000;
export const RULES_MAX = 200;
/** Operands of one condition. Also kept at compile time, where each may be a regular expression to compile. */
export const CONDITION_VALUES_MAX = 1_000;
/** Groups inside groups. Bounds the recursion of compile and of evaluation. */
export const CONDITION_DEPTH_MAX = 8;
/** Included and excluded keys of one segment together. */
export const SEGMENT_KEYS_MAX = 100_000;
/** UTF-16 code units of one regular expression. */
export const REGEX_LENGTH_MAX = 512;
/** Instructions of one compiled regular expression: matching costs at most this many steps per character. */
export const REGEX_PROGRAM_MAX = 2_000;
/** UTF-16 code units of a version, as in node-semver. */
export const VERSION_LENGTH_MAX = 256;
/** Flags on the longest path of prerequisites, the flag itself counted. Bounds the recursion of evaluation. */
export const PREREQUISITE_DEPTH_MAX = 50;
/** Segments on the longest path of segments inside segments. Bounds the recursion of evaluation. */
export const SEGMENT_DEPTH_MAX = 20;
/** The sum of the weights of a rollout, in thousandths of a percent. */
export const WEIGHT_TOTAL = 100_000;
