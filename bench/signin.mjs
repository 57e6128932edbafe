// signin.mjs ORIGIN auth|openidc SECONDS CONNECTIONS: whole sign-ins as browsers do them, so
// many at once, as fast as they are answered. Prints {"signins", "rate", "p99"} (ms).
import http from 'node:http';

const [origin, kind, seconds, connections] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: Number(connections) });
const started = performance.now();
const end = started + Number(seconds) * 1000;
const times = [];

function send(method, path, headers, body) {
  return new Promise((resolve, reject) => {
    const req = http.request(origin + path, { method, headers, agent }, (res) => {
      const chunks = [];
      res.on('data', (chunk) => chunks.push(chunk));
      res.on('end', () => resolve({ status: res.statusCode, location: res.headers.location,
        cookies: (res.headers['set-cookie'] ?? []).map((c) => c.split(';')[0]),
        body: Buffer.concat(chunks).toString() }));
    });
    req.on('error', reject);
    req.end(body);
  });
}

function insist(fine, what, answer) {
  if (!fine) throw new Error(`${what}: ${answer.status} ${answer.location} ${answer.body.slice(0, 200)}`);
}

// The CSRF token is there once, as in a browser that has seen the page.
async function first() {
  if (kind === 'openidc') {
    return () => send('GET', '/p/1k.txt', { accept: 'text/html' });
  }
  const answer = await send('GET', '/auth/csrf', {});
  const body = new URLSearchParams({ csrfToken: JSON.parse(answer.body).csrfToken,
    callbackUrl: `${origin}/p/1k.txt` }).toString();
  const cookie = answer.cookies[0];
  return async () => {
    const begun = await send('POST', '/auth/signin/op',
      { cookie, 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length }, body);
    return { ...begun, cookies: [cookie, ...begun.cookies] };
  };
}

async function signIn(begin) {
  const begun = await begin();
  insist(begun.status === 302 && begun.location.includes('/auth?'), 'begin', begun);
  const to = new URL(begun.location).searchParams;
  const back = new URL(to.get('redirect_uri'));
  back.search = new URLSearchParams({ code: to.get('nonce') ?? 'none',
    ...(to.has('state') && { state: to.get('state') }) });
  const done = await send('GET', back.pathname + back.search,
    { cookie: begun.cookies.join('; '), accept: 'text/html' });
  insist(done.status === 302 && done.location.endsWith('/p/1k.txt'), 'callback', done);
  return done;
}

async function visitor(begin) {
  while (performance.now() < end) {
    const since = performance.now();
    await signIn(begin);
    times.push(performance.now() - since);
  }
}

const begin = await first();
const done = await signIn(begin);
const seen = await send('GET', '/p/1k.txt', { cookie: done.cookies.join('; ') });
insist(seen.status === 200 && seen.body.length === 1024, 'the file', seen);
await Promise.all(Array.from({ length: Number(connections) }, () => visitor(begin)));
times.sort((a, b) => a - b);
console.log(JSON.stringify({ signins: times.length + 1,
  rate: times.length / (performance.now() - started) * 1000,
  p99: times[Math.floor(times.length * 0.99)] }));
agent.destroy();
