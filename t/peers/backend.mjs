// An application behind ProxyPass: answers every request with what came, as JSON: method, url, and
// headers as a list of names and values, as they were spelled.
//
// Environment: PORT. Prints "ready".
import { createServer } from 'node:http';
import './lifetime.mjs';

createServer(({ method, url, rawHeaders: headers }, res) =>
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ method, url, headers })),
).listen(process.env.PORT, '127.0.0.1', () => console.log('ready'));
