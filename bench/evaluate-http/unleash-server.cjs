/** unleash-server as its own process, configured by its environment variables. Prints its port. */
void import('unleash-server')
  .then(({ start }) => start())
  .then(({ server }) => process.stdout.write(`${server.address().port}\n`));
