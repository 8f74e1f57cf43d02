import { UnreadableEvent } from '@bitabiz/event-contracts';

const infrastructureClass = /^(08|40|53|55|57|58|25P0|XX)/;

/**
 * Whether an error says something about the event (park it) or about the world around (pause and retry for ever, decision 6).
 * Only data exceptions, constraint violations and errors of our own code are the event's; a lost connection, a time-out,
 * a lock, a full disk or a server that restarts are not.
 */
export function isFaultOfEvent(error: unknown): boolean {
  if (error instanceof UnreadableEvent) return true;
  const { code, message = '' } = error as { code?: string; message?: string };
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code)) return !infrastructureClass.test(code);
  if (code !== undefined) return false;
  return !/connection|timeout|terminated|socket|ECONN/i.test(message);
}
