import { VERSION_LENGTH_MAX } from './bounds';

/**
 * Versions in the order of SemVer 2.0.0, section 11; build metadata does not count. `2` and `2.1` are read as `2.0.0`
 * and `2.1.0`, without pre-release or build. A leading `v`, leading zeros and numbers above 2^53 - 1 are refused.
 */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Identifiers of the pre-release; empty for a release. */
  readonly prerelease: readonly string[];
}

// The two suffixes of semver.org's suggested expression.
const NUMBER = '(0|[1-9]\\d*)';
const PRERELEASE = '(?:-((?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\\.(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?';
const BUILD = '(?:\\+[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*)?';
const FULL = new RegExp(`^${NUMBER}\\.${NUMBER}\\.${NUMBER}${PRERELEASE}${BUILD}$`);
const SHORT = new RegExp(`^${NUMBER}(?:\\.${NUMBER})?$`);

/** Parses a version; null when the text is not one. */
export function parseVersion(text: string): Version | null {
  if (text.length > VERSION_LENGTH_MAX) return null;
  const match = FULL.exec(text) ?? SHORT.exec(text);
  if (match === null) return null;
  const [, majorDigits, minorDigits = '0', patchDigits = '0', prerelease = ''] = match;
  const major = Number(majorDigits);
  const minor = Number(minorDigits);
  const patch = Number(patchDigits);
  if (!Number.isSafeInteger(major) || !Number.isSafeInteger(minor) || !Number.isSafeInteger(patch)) return null;
  return { major, minor, patch, prerelease: prerelease === '' ? [] : prerelease.split('.') };
}

/**
 * Caches the version that was read last, because one context's version is compared with many operands in a row, and reading it
 * is the expensive part. Reads only plain versions, one to three short numbers, as nearly all are.
 */
export class VersionMemory {
  isPlain = false;
  major = 0;
  minor = 0;
  patch = 0;
  text = '';

  /** Reads in one pass, without allocating. */
  read(text: string): void {
    this.text = text;
    this.isPlain = false;
    let major = 0;
    let minor = 0;
    let part = 0;
    let digits = 0;
    let value = 0;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code >= 48 && code <= 57 && digits < 9 && (digits === 0 || value > 0)) {
        value = value * 10 + code - 48;
        digits += 1;
      } else if (code === 46 && digits > 0 && part < 2) {
        if (part === 0) major = value;
        else minor = value;
        part += 1;
        digits = 0;
        value = 0;
      } else {
        return;
      }
    }
    if (digits === 0) return;
    this.isPlain = true;
    this.major = part === 0 ? value : major;
    this.minor = part === 1 ? value : minor;
    this.patch = part === 2 ? value : 0;
  }
}

/** Answers below, equal to or above 0 as `text` is below, equal to or above `version`; NaN when it is not a version. */
export function compareVersionText(text: string, version: Version, memory: VersionMemory): number {
  if (text !== memory.text) memory.read(text);
  if (!memory.isPlain) return compareAnyVersionText(text, version);
  if (memory.major !== version.major) return memory.major - version.major;
  if (memory.minor !== version.minor) return memory.minor - version.minor;
  if (memory.patch !== version.patch) return memory.patch - version.patch;
  return version.prerelease.length === 0 ? 0 : 1;
}

function compareAnyVersionText(text: string, version: Version): number {
  const parsed = parseVersion(text);
  return parsed === null ? NaN : compareVersions(parsed, version);
}

function compareVersions(left: Version, right: Version): number {
  if (left.major !== right.major) return left.major - right.major;
  if (left.minor !== right.minor) return left.minor - right.minor;
  if (left.patch !== right.patch) return left.patch - right.patch;
  return comparePrereleases(left.prerelease, right.prerelease);
}

function comparePrereleases(left: readonly string[], right: readonly string[]): number {
  if (left.length === 0 || right.length === 0) return right.length - left.length;
  for (const [index, identifier] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = compareIdentifiers(identifier, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** Orders numbers before texts; compares numbers by length first, since they may exceed 2^53 and have no leading zeros. */
function compareIdentifiers(left: string, right: string): number {
  if (left === right) return 0;
  const isLeftNumber = isNumeric(left);
  if (isLeftNumber !== isNumeric(right)) return isLeftNumber ? -1 : 1;
  if (isLeftNumber && left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : 1;
}

function isNumeric(identifier: string): boolean {
  return /^\d+$/.test(identifier);
}
