/** The same core without its engine for regular expressions, which is three quarters of its size. */
export * from './index';
export { useRegexEngine } from './regex-engine';
export type { RegexEngine } from './regex-engine';
