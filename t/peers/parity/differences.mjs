// The intended differences between mod_authjs and Auth.js. Each has its paragraph, with the
// reason, in docs/differences.md under the same id. apply() is given copies of the two
// answers as client.mjs normalises them; where the difference occurs it takes it away and
// returns true. What is left must be equal, and a difference that never occurs is stale.
export const differences = [];
