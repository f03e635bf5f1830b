/**
 * The servers that the product is compared with, each as its own process: `node peer.cjs KIND ANSWERS`, where ANSWERS is a
 * file with the answers that the product gave, by size. They answer from memory, decide nothing, and know neither credentials
 * nor limits. Prints its port.
 */
const { createServer } = require('node:http');
const { readFileSync } = require('node:fs');

const [, , kind, file] = process.argv;
/** Size -> `data.evaluate`. */
const answers = JSON.parse(readFileSync(file, 'utf8'));
const sizeOf = (headers) => headers['x-size'];

const typeDefs = `
  scalar JSON
  scalar JSONObject
  input EvaluationContextInput { targetingKey: String attributes: JSONObject }
  type Evaluation { flagKey: String! value: JSON variation: String reason: String! }
  type ContextEvaluations { evaluations: [Evaluation!]! }
  type EvaluateResult { revision: Int! results: [ContextEvaluations!]! }
  type Query { evaluate(contexts: [EvaluationContextInput!]!): EvaluateResult }
`;
const resolvers = { Query: { evaluate: (_parent, _args, { size }) => answers[size] } };
const listening = (port) => process.stdout.write(`${port}\n`);

async function startApollo(start) {
  const { ApolloServer } = require('@apollo/server');
  const apollo = new ApolloServer({ typeDefs, resolvers });
  await apollo.start();
  return start(apollo);
}

const SERVERS = {
  raw: () => {
    const server = createServer((request, response) => {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString());
        if (typeof body.query !== 'string') throw new Error('No query.');
        const text = JSON.stringify({ data: { evaluate: answers[sizeOf(request.headers)] } });
        response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) });
        response.end(text);
      });
    });
    server.listen(0, '127.0.0.1', () => listening(server.address().port));
  },
  'apollo-express': () =>
    startApollo((apollo) => {
      const express = require('express');
      const { expressMiddleware } = require('@as-integrations/express5');
      const app = express();
      app.use(
        '/graphql',
        express.json(),
        expressMiddleware(apollo, { context: async ({ req }) => ({ size: sizeOf(req.headers) }) }),
      );
      const server = app.listen(0, '127.0.0.1', () => listening(server.address().port));
    }),
  'apollo-fastify': () =>
    startApollo(async (apollo) => {
      const { fastifyApolloHandler } = require('@as-integrations/fastify');
      const app = require('fastify')();
      app.post('/graphql', fastifyApolloHandler(apollo, { context: async (request) => ({ size: sizeOf(request.headers) }) }));
      await app.listen({ port: 0, host: '127.0.0.1' });
      listening(app.server.address().port);
    }),
  'mercurius-jit': async () => {
    const app = require('fastify')();
    const context = (request) => ({ size: sizeOf(request.headers) });
    await app.register(require('mercurius'), { schema: typeDefs, resolvers, jit: 1, path: '/graphql', context });
    await app.listen({ port: 0, host: '127.0.0.1' });
    listening(app.server.address().port);
  },
  yoga: () => {
    const { createSchema, createYoga } = require('graphql-yoga');
    const context = ({ request }) => ({ size: request.headers.get('x-size') });
    const server = createServer(createYoga({ schema: createSchema({ typeDefs, resolvers }), context, logging: false }));
    server.listen(0, '127.0.0.1', () => listening(server.address().port));
  },
};

void SERVERS[kind]();
