// @auth/d1-adapter, one method a call: times are ISO 8601 text in arguments and results.
import { D1Adapter, up as migrate } from '@auth/d1-adapter';

const TIMES = new Set(['expires', 'emailVerified']);

const revived = (value) =>
    value && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).map(([name, member]) =>
            [name, TIMES.has(name) && typeof member === 'string' ? new Date(member) : member]))
        : value;

/** @returns {ok} as JSON can hold it, or {error}. */
export async function adapterOf(db, method, args) {
    try {
        return { ok: (await D1Adapter(db)[method](...args.map(revived))) ?? null };
    } catch (error) {
        return { error: error.message };
    }
}

/** Its migration begins the statements and does not wait for them: wait for the last table. */
export async function up(db) {
    await migrate(db);
    for (let left = 100; left > 0; left--) {
        const tables = await db.prepare("SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' "
            + "AND name IN ('users', 'accounts', 'sessions', 'verification_tokens')").first('n');
        if (tables === 4) {
            return;
        }
        await new Promise((done) => setTimeout(done, 20));
    }
    throw new Error('the tables are not there');
}
