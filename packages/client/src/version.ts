/** The version of all packages, as their manifests have it. */
export const VERSION = '0.1.0';
