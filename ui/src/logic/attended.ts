// Whether somebody is at this page. What it asks by itself, as when the data changed,
// says so to the server: only what a person does keeps a session.
const recent = 60_000;  // milliseconds after a key, a click, a touch or a turn of the wheel

let latest = Date.now();  // somebody loaded the page

export const attended = (now: number): boolean => now - latest < recent;

export function heedPeople(target: EventTarget): void {
  for (const act of ['keydown', 'pointerdown', 'wheel', 'touchmove'])
    target.addEventListener(act, () => { latest = Date.now(); }, { passive: true, capture: true });
}
