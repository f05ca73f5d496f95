type Task = () => void;

/** What is to be done so many times a second, all of it at once: pictures that change together cost the browser one painting. */
class Beat {
  #tasks = new Map<number, { tasks: Set<Task>; timer: ReturnType<typeof setInterval> }>();

  /** Does `task` every `everyMs` beside all others of that measure, until what is returned is called. */
  every(everyMs: number, task: Task): () => void {
    let measure = this.#tasks.get(everyMs);
    if (!measure) {
      const tasks = new Set<Task>();
      measure = { tasks, timer: setInterval(() => tasks.forEach((task) => task()), everyMs) };
      this.#tasks.set(everyMs, measure);
    }
    const { tasks, timer } = measure;
    tasks.add(task);
    return () => {
      tasks.delete(task);
      if (tasks.size > 0) return;
      clearInterval(timer);
      this.#tasks.delete(everyMs);
    };
  }
}

export const beat = new Beat();
