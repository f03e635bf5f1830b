import { prepareDatabases } from './databases';

export default prepareDatabases;
