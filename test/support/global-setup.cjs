// Compiles what the databases need, which is most of the product, before the processes of the run start and load it, too.
require('./run-typescript.cjs');

module.exports = () => require('./databases.ts').prepareDatabases();
