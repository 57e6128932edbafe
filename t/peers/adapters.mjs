// Auth.js's own adapters, one method a request, as authjs-test-adapter of t/modules takes it:
//
//     POST /NAME {"method":"createUser","args":[{...}]} -> {"ok":...} or {"error":"why"}
//
// Environment:
//   PORT        where to listen on 127.0.0.1
//   DATABASES   {"NAME": {"adapter": "pg" | "drizzle" | "kysely", "url": "postgresql://..."}}
//               (drizzle also takes "mysql://..." and "sqlite:/a/file", kysely "mysql://...")
// Prints "ready" when it listens.
import http from 'node:http';
import PostgresAdapter from '@auth/pg-adapter';
import { DrizzleAdapter } from '@auth/drizzle-adapter';
import { KyselyAdapter } from '@auth/kysely-adapter';
import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2';
import { drizzle as drizzlePostgres } from 'drizzle-orm/node-postgres';
import { drizzle as drizzleProxy } from 'drizzle-orm/sqlite-proxy';
import { Kysely, MysqlDialect, PostgresDialect } from 'kysely';
import mysql from 'mysql2';
import pg from 'pg';
import './lifetime.mjs';

const isMysql = (url) => url.startsWith('mysql:');
const postgres = (connectionString) => new pg.Pool({ connectionString });

// drizzle on Node's own SQLite.
async function drizzleSqlite(file) {
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(file);
    database.exec('PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000');
    return drizzleProxy(async (sql, params, method) => {
        const statement = database.prepare(sql);
        if (method === 'run') {
            statement.run(...params);
            return { rows: [] };
        }
        statement.setReturnArrays(true);
        const rows = statement.all(...params);
        return { rows: method === 'get' ? rows[0] : rows };
    });
}

const adapters = {
    pg: (url) => PostgresAdapter(postgres(url)),
    drizzle: async (url) =>
        DrizzleAdapter(
            url.startsWith('sqlite:')
                ? await drizzleSqlite(url.slice('sqlite:'.length))
                : isMysql(url)
                  ? drizzleMysql(mysql.createPool(url))
                  : drizzlePostgres(postgres(url)),
        ),
    // Kysely leaves dates to mysql2, which writes DATETIME in the zone that it is told.
    kysely: (url) =>
        KyselyAdapter(
            new Kysely({
                dialect: isMysql(url)
                    ? new MysqlDialect({ pool: mysql.createPool({ uri: url, timezone: 'Z' }) })
                    : new PostgresDialect({ pool: postgres(url) }),
            }),
        ),
};

const databases = {};
for (const [name, { adapter, url }] of Object.entries(JSON.parse(process.env.DATABASES))) {
    databases[name] = await adapters[adapter](url);
}

// At Auth.js's interface times are Date.
const revive = (key, value) =>
    ['expires', 'emailVerified'].includes(key) && value ? new Date(value) : value;

async function answer(request) {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) {
        body += chunk;
    }
    const { method, args } = JSON.parse(body, revive);
    return { ok: (await databases[request.url.slice(1)][method](...args)) ?? null };
}

http.createServer(async (request, response) => {
    const result = await answer(request).catch((error) => ({
        error: String(error?.cause ?? error),
        status: 'failed',
    }));
    response.writeHead(result.error ? 500 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(result));
}).listen(process.env.PORT, '127.0.0.1', () => console.log('ready'));
