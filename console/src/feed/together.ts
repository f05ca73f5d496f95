type Task = () => void;

/** Pictures of several cameras are here within this long of each other, and nobody sees that one has waited. */
const WITHIN_MS = 60;
let waiting: Task[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let due = Infinity;

/** Does `task` in `withinMs` at the latest, beside whatever else is asked for until then: what changes together costs the browser one painting. */
export function together(task: Task, withinMs = WITHIN_MS): void {
  waiting.push(task);
  const at = performance.now() + withinMs;
  if (at >= due) return;
  due = at;
  clearTimeout(timer);
  timer = setTimeout(() => {
    const tasks = waiting;
    waiting = [];
    due = Infinity;
    for (const task of tasks) task();
  }, withinMs);
}
