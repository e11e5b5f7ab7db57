// Counts what holds and what does not; says the second.
let passed = 0;
const failed = [];

export function check(what, holds, detail = '') {
  if (holds) { passed += 1; return; }
  failed.push(`${what}${detail ? `: ${detail}` : ''}`);
  console.error(`NOT SO  ${failed.at(-1)}`);
}

export const none = (what, list) => check(what, list.length === 0, list.slice(0, 5).join('\n        '));

export function finish() {
  console.log(`${passed} passed, ${failed.length} failed`);
  return failed.length === 0 ? 0 : 1;
}
