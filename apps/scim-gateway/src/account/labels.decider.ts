import { foldKey } from '@bitabiz/event-contracts/fold';

/**
 * The label that was asked for, with a number behind it while another credential that is still good has it.
 * @param others of the credentials that it stands beside.
 */
export function labelAmong(asked: string, others: readonly string[]): string {
  const taken = new Set(others.map(foldKey));
  let label = asked;
  for (let number = 2; taken.has(foldKey(label)); number++) label = `${asked} (${number})`;
  return label;
}
