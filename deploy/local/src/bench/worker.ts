import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { end } from '../processes.js';

type Message<T> = { value: T } | { error: string };

/** A program of the bench as a process of its own, asked one thing at a time. */
export class Worker<Question extends object, Answer> {
  private readonly child: ChildProcess;

  /** @param program its file beside this one. */
  constructor(program: string, environment: Record<string, string> = {}) {
    this.child = fork(fileURLToPath(new URL(program, import.meta.url)), {
      env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...environment },
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** @throws what the program threw, or that it ended. */
  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const onExit = () => reject(new Error('a process of the bench ended'));
      this.child.once('exit', onExit);
      this.child.once('message', (message: Message<Answer>) => {
        this.child.off('exit', onExit);
        if ('value' in message) resolve(message.value);
        else reject(new Error(message.error));
      });
      this.child.send(question);
    });
  }

  stop(): Promise<void> {
    return end(this.pid, 'SIGTERM');
  }
}

/** The other side: answers every question with what `work` comes to. Ends with its parent. */
export function serve<Question, Answer>(work: (question: Question) => Promise<Answer>): void {
  process.on('disconnect', () => process.exit());
  process.on('message', (question) => {
    work(question as Question).then(
      (value) => process.send?.({ value } satisfies Message<Answer>),
      (error: unknown) => process.send?.({ error: String(error) } satisfies Message<Answer>),
    );
  });
}
