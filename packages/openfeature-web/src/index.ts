export { createWebProvider } from './web-provider';
