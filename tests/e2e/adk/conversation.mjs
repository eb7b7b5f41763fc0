// Talks with a Saycut server through a public front end library for ADK servers, and prints what
// the library made of it: node conversation.mjs URL USER TOKEN TEXT...
// Its two parts that talk HTTP, past its index: that loads React, which draws and never talks.
import { createAdkStream } from "./node_modules/@assistant-ui/react-google-adk/dist/AdkClient.js";
import { createAdkSessionAdapter } from "./node_modules/@assistant-ui/react-google-adk/dist/AdkSessionAdapter.js";

const [url, userId, token, ...texts] = process.argv.slice(2);
const options = { appName: "nemo_agent", userId, headers: { Authorization: `Bearer ${token}` } };
const { adapter, load } = createAdkSessionAdapter({ apiUrl: url, ...options });
const stream = createAdkStream({ api: url, ...options });

const session = await adapter.initialize("local-thread");
const turns = [];
for (const text of texts) {
  const events = [];
  const message = { id: "m1", type: "human", content: text };
  for await (const event of stream([message], { initialize: async () => session })) {
    events.push(event);
  }
  turns.push(events);
}
const listed = await adapter.list();
const loaded = await load(session.externalId);
await adapter.delete(session.remoteId);
const left = await adapter.list();
const gone = await load(session.externalId).then(() => "still there", (error) => error.message);

console.log(JSON.stringify({ session, turns, listed, loaded, left, gone }));
