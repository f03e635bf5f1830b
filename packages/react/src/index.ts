'use client';
/** The entry: a provider and hooks over a client of `@flagstaff/web-sdk`. */
export { FlagstaffProvider, useClient } from './provider';
export type { FlagstaffProviderProps } from './provider';
export { useFlag, useFlagDetails, useStatus, useTrack } from './hooks';
export type { FlagOptions, Served } from './hooks';
export { WhenReady } from './when-ready';
export type { WhenReadyProps } from './when-ready';
