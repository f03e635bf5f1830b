/** The engine for `/lite`, for those who load it only where a snapshot needs it. */
export { RE2JS } from 're2js';
