type Task = () => void;

/** Pictures of several cameras are here within this long of each other, and nobody sees that one has waited. */
const WITHIN_MS = 60;
let waiting: Task[] = [];

/** Does `task` a moment later, beside whatever else is asked for until then: pictures that change together cost the browser one painting. */
export function together(task: Task): void {
  if (waiting.push(task) > 1) return;
  setTimeout(() => {
    const tasks = waiting;
    waiting = [];
    for (const task of tasks) task();
  }, WITHIN_MS);
}
