/** The erasure of personal data of a context. */
import type { NounModule } from '../noun-module';
import { contextErasureResolvers } from './context-erasure-resolvers';
import type { ContextErasureService } from './context-erasure-service';

declare module '../../ids' {
  interface IdKinds {
    readonly erasure: true;
  }
}

declare module '../context' {
  interface Services {
    readonly contextErasure: ContextErasureService;
  }
}

export const erasureModule: NounModule = {
  resolvers: [contextErasureResolvers],
};
