require('./run-typescript.cjs');

module.exports = () => require('./databases.ts').removeDatabases();
