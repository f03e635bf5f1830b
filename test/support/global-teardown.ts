import { removeDatabases } from './databases';

export default removeDatabases;
