// A peer ends on SIGTERM. One that the tests start (they give it PORT) ends when its stdin
// closes too, so that none outlives a test that was killed.
process.on('SIGTERM', () => process.exit(0));
if (process.env.PORT) {
    process.stdin.on('end', () => process.exit(0)).resume();
}
