import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline/promises';
import { OperatorError } from './operator-api.js';

export const nobodyToAsk = 'Nothing was changed: there is nobody to ask; add --yes to go on without being asked';

/** @throws OperatorError when the answer is not yes, or there is nobody to ask: `--yes` does without. */
export async function ask(question: string, signal: AbortSignal): Promise<void> {
  if (!stdin.isTTY) throw new OperatorError(nobodyToAsk);
  const terminal = createInterface({ input: stdin, output: stdout });
  const answer = await terminal.question(`${question} (yes/no) `, { signal });
  terminal.close();
  if (answer.trim().toLowerCase() !== 'yes') throw new OperatorError('Nothing was changed');
}
