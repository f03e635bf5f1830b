export { createServerProvider } from './server-provider';
